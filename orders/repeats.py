"""Orders that look like one purchase made twice: which pairs still count, and in what words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.lists import format_list
from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, UUIDField
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.access import Access
from common.db import Row, instance
from orders.models import Order, Repeat
from orders.states import OPEN, Status

# money of both is reserved or taken; what was cancelled, has expired or went back needs nobody
COUNTING = tuple(sorted(OPEN | {Status.CAPTURED}))

# `counting` for one order, written out as in `strays`: every list asks it for every row. Both orders are
# read as one table and only for a pair that is there: planning a join of two cost a page 0.5 ms, this 0.1.
_WAITING = """FROM orders_repeat AS pair
    WHERE (pair.earlier_id = %(expressions)s OR pair.later_id = %(expressions)s) AND pair.dismissed_at IS NULL AND (
        SELECT COUNT(*) = 2 AND MIN(side.amount) = MAX(side.amount) FROM orders_order AS side
        WHERE side.id IN (pair.earlier_id, pair.later_id)
            AND side.status IN (%(statuses)s) AND side.refunded_amount = 0
    )"""
_WAITS = f"EXISTS (SELECT 1 {_WAITING})"
_ROWS = f"""(
    SELECT jsonb_agg(jsonb_build_object('pair', to_jsonb(pair), 'other', (
        SELECT to_jsonb(other) FROM orders_order AS other
        WHERE other.id IN (pair.earlier_id, pair.later_id) AND other.id <> %(expressions)s
    )) ORDER BY pair.id DESC) {_WAITING}
)"""  # noqa: S608 - constants of this file
_STATUSES = ", ".join(f"'{status.value}'" for status in COUNTING)


@dataclass(frozen=True, slots=True)
class Twin:
    """The other order of a pair, as one order's notice names it."""

    title: str
    text: str


def has_repeat(order: str = "pk") -> Func:
    """Whether the order (a path from the annotated rows) is in a pair that still counts."""
    return Func(F(order), template=_WAITS, statuses=_STATUSES, output_field=BooleanField())


def counting(pairs: QuerySet[Repeat]) -> QuerySet[Repeat]:
    """Of these pairs, those that still need somebody: both paid for, nothing given back, the same sum."""
    alive = {f"{side}__status__in": COUNTING for side in ("earlier", "later")}
    unrefunded = {f"{side}__refunded_amount": 0 for side in ("earlier", "later")}
    return pairs.filter(dismissed_at=None, earlier__amount=F("later__amount"), **alive, **unrefunded)


def repeated(access: Access) -> Q:
    """The orders of the person's reach that wait in such a pair."""
    pairs = counting(Repeat.objects.visible_to(access)).order_by()
    both = Func("earlier_id", "later_id", template="unnest(ARRAY[%(expressions)s])", output_field=UUIDField())
    return Q(pk__in=pairs.annotate(either=both).values("either"))


def twin_rows(order: str = "pk") -> Func:
    """The pairs an order waits in, within the statement that reads it; for `twins_of`."""
    return Func(F(order), template=_ROWS, statuses=_STATUSES, output_field=JSONField())


def twins_of(order: Order, rows: Sequence[Row] | None) -> tuple[Twin, ...]:
    """What the order looks like a repeat of, or what repeats it; the latest first."""
    found = [(instance(Repeat, row["pair"]), instance(Order, row["other"])) for row in rows or ()]
    found.sort(key=lambda each: (each[1].placed_at, each[1].pk), reverse=True)
    return tuple(Twin(_title(order, other), reason_words(reasons_of(pair))) for pair, other in found)


def pairs_of(order: Order, access: Access) -> list[Repeat]:
    """Every pair of the order, also those that were settled; the ones that wait come first."""
    mine = Repeat.objects.visible_to(access).filter(Q(earlier=order) | Q(later=order))
    waiting = set(counting(mine).values_list("pk", flat=True))
    return sorted(_both(mine), key=lambda pair: pair.pk not in waiting)


def reasons_of(pair: Repeat) -> list[str]:
    """What both orders share, beside store and sum, as the timeline keeps it."""
    shared = (
        ("email", pair.has_same_email),
        ("phone", pair.has_same_phone),
        ("reference", pair.has_same_reference),
    )
    return [name for name, is_shared in shared if is_shared]


def reason_words(reasons: list[str]) -> str:
    """Why two orders are taken for one purchase."""
    words = {"email": _("e-mail"), "phone": _("phone"), "reference": _("merchant reference 1")}
    shared = [_("store"), _("sum"), *(words[name] for name in reasons if name in words)]
    listed = format_list(shared, locale=(get_language() or "en").replace("-", "_"))
    return _("The same %(shared)s within 24 hours.") % {"shared": listed}


def entry_words(data: Mapping[str, Any]) -> str:
    """What the timeline says of a pair: the other order, and what they share."""
    other = _("%(reference)s (%(short)s)") % {"reference": data.get("reference", ""), "short": data.get("short", "")}
    return f"{other}. {reason_words(list(data.get('reasons', ())))}"


def apart(first: datetime, second: datetime) -> str:
    """How much time lies between two orders."""
    minutes = int(abs((second - first).total_seconds()) // 60)
    if minutes == 0:
        return _("less than a minute")
    if minutes < 60:  # noqa: PLR2004
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}


def _title(order: Order, other: Order) -> str:
    here, there = order.placed_at, other.placed_at
    if here is None or there is None:  # neither is in a pair before it is placed
        return ""
    names = {"reference": other.merchant_reference1, "time": apart(here, there)}
    if (there, other.pk) < (here, order.pk):
        return _("This looks like a repeat of %(reference)s, %(time)s earlier") % names
    return _("%(reference)s, %(time)s later, looks like a repeat of this") % names


def _both(pairs: QuerySet[Repeat]) -> list[Repeat]:
    return list(
        pairs.select_related("earlier__gateway_account", "later__gateway_account").order_by("-later__placed_at", "-pk")
    )
