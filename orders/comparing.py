"""Two orders side by side: what they share, what differs, and what would set it right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Access
from common.contact import readable
from common.errors import Obstacle
from common.money import format_amount
from orders.facts import address_facts
from orders.marks import marks
from orders.models import Line, Order, Repeat
from orders.repeats import COUNTING, apart, reason_words, reasons_of
from orders.rules import Verb, may, obstacle


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; `differs` from the other order's."""

    label: str
    value: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Ware:
    """A line as it is compared."""

    name: str
    note: str
    amount: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What sets it right if this order is the one too many: its words, its dialog, or why not now."""

    words: str
    icon: str
    url: str
    obstacle: Obstacle | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two orders."""

    order: Order
    is_here: bool
    url: str
    marks: Sequence[SafeString]
    facts: Sequence[Fact]
    wares: Sequence[Ware]
    money: Sequence[tuple[str, str]]
    remedy: Remedy | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A pair: `is_waiting` for somebody's word, dismissed, or settled by what was done since."""

    pair: Repeat
    title: str
    reason: str
    is_waiting: bool
    sides: tuple[Side, Side]


def compare(pairs: Sequence[Repeat], here: Order, access: Access, at: datetime) -> list[Comparison]:
    """Every pair as two columns, the earlier order first. One query for all lines."""
    orders = {order.pk for pair in pairs for order in (pair.earlier, pair.later)}
    lines: dict[object, list[Line]] = {}
    for line in Line.objects.filter(order__in=orders, revision=F("order__revision")).order_by("position"):
        lines.setdefault(line.order_id, []).append(line)
    return [_comparison(pair, lines, here, access, at) for pair in pairs]


def is_waiting(pair: Repeat) -> bool:
    """Whether somebody has still to decide: the same condition as `repeats.counting`, on rows in hand."""
    both = (pair.earlier, pair.later)
    alive = all(order.status in COUNTING and not order.refunded_amount for order in both)
    return pair.dismissed_at is None and alive and pair.earlier.amount == pair.later.amount


def _comparison(
    pair: Repeat, lines: dict[object, list[Line]], here: Order, access: Access, at: datetime
) -> Comparison:
    waits = is_waiting(pair)
    both = ((pair.earlier, pair.later), (pair.later, pair.earlier))
    sides = [
        Side(
            order=order,
            is_here=order.pk == here.pk,
            url=reverse("orders:order", args=[order.pk]),
            marks=marks(order, has_stray=False, has_repeat=False),
            facts=_facts(order, other),
            wares=_wares(lines.get(order.pk, ()), lines.get(other.pk, ()), order.currency),
            money=_money(order),
            remedy=_remedy(order, other, access, at) if waits else None,
        )
        for order, other in both
    ]
    title = _("%(later)s came %(time)s after %(earlier)s") % {
        "later": pair.later.merchant_reference1,
        "earlier": pair.earlier.merchant_reference1,
        "time": apart(pair.earlier.placed_at or at, pair.later.placed_at or at),
    }
    return Comparison(pair, title, reason_words(reasons_of(pair)), waits, (sides[0], sides[1]))


def _facts(order: Order, other: Order) -> list[Fact]:
    theirs = dict(_values(other))
    return [Fact(label, value or "–", value != theirs[label]) for label, value in _values(order)]


def _values(order: Order) -> list[tuple[str, str]]:
    address = ", ".join(value for _label, value in address_facts(order.delivery_address))
    return [
        (str(_("Merchant reference 2")), order.merchant_reference2),
        (str(_("Customer")), order.customer_name),
        (str(_("E-mail")), order.email),
        (str(_("Phone")), readable(order.phone) if order.phone else ""),
        (str(_("Delivery address")), address),
        (str(_("Method")), order.payment_label or order.payment_method),
    ]


def _wares(lines: Iterable[Line], others: Iterable[Line], currency: str) -> list[Ware]:
    """The lines; one that the other order lacks, in number or price, is marked."""
    left = Counter(_identity(line) for line in others)
    found = []
    for line in lines:
        key = _identity(line)
        differs = left[key] == 0
        left[key] -= 1
        note = f"{line.quantity} × {_digits(line.unit_price, currency)}"
        found.append(Ware(line.name, note, _digits(line.total_amount, currency), differs))
    return found


def _identity(line: Line) -> tuple[object, ...]:
    return line.name, line.reference, line.type, line.quantity, line.unit_price, line.tax_rate, line.discount_amount


def _money(order: Order) -> list[tuple[str, str]]:
    sums = [
        (_("Captured"), order.captured_amount),
        (_("Refunded"), order.refunded_amount),
        (_("Released"), order.released_amount),
        (_("Left to capture"), order.capturable_amount if order.status in COUNTING else 0),
    ]
    return [(words, _digits(amount, order.currency)) for words, amount in sums if amount]


def _remedy(order: Order, other: Order, access: Access, at: datetime) -> Remedy | None:
    """Cancel what is reserved, refund what was captured; of a part-captured order the same dialog does both."""
    is_whole = order.captured_amount > 0 and order.capturable_amount == 0
    if is_whole:
        verb, name, words, icon = Verb.REFUND, "refund", _("Refund this order"), "undo-2"
    else:
        verb = Verb.UNWIND if order.captured_amount else Verb.CANCEL
        name, words, icon = "cancel", _("Cancel this order"), "circle-x"
    if not may(verb, order, access):
        return None
    wish = {"everything": 1, "reason": _("Repeat of %(reference)s") % {"reference": other.merchant_reference1}}
    url = f"{reverse(f'orders:{name}', args=[order.pk])}?{urlencode(wish)}"
    return Remedy(words, icon, url, obstacle(order, verb, access, at))


def _digits(minor: int, currency: str) -> str:
    return format_amount(minor, currency, get_language() or "en")
