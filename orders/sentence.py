"""The order in one sentence, made by rules: what was captured, what is left, until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import times
from common.money import format_count, format_money
from orders.models import Event, Kind, Line, LineType, Operation, OperationLine, Order, State
from orders.models.operations import IN_FLIGHT
from orders.states import OPEN, Status
from orders.timeline import What

_GOODS = (LineType.PHYSICAL, LineType.DIGITAL)


@dataclass(frozen=True, slots=True)
class Items:
    """Pieces of goods: how many were ordered, how many of them captured."""

    ordered: int
    captured: int

    @classmethod
    def of(cls, order: Order) -> Items:
        """As `counts` left them on the order."""
        return cls(getattr(order, "item_count", 0) or 0, getattr(order, "captured_count", 0) or 0)


def counts() -> dict[str, Any]:
    """Annotations of the order's own query, so that the drawer asks nothing more.

    `item_count`, `captured_count`, the sum `lapsed_amount` an ended authorization
    let go of, and `is_extending`, for an extension holds no sum in flight.
    """
    lines = Line.objects.filter(order=OuterRef("pk"), revision=OuterRef("revision"), type__in=_GOODS)
    captured = OperationLine.objects.filter(
        operation__order=OuterRef("pk"),
        operation__kind=Kind.CAPTURE,
        operation__state=State.SUCCEEDED,
        operation__is_stray=False,
        type__in=_GOODS,
    )
    expired = Event.objects.filter(order=OuterRef("pk"), kind=What.ORDER_EXPIRED).order_by("-seq")
    extensions = Operation.objects.filter(order=OuterRef("pk"), kind=Kind.EXTEND, state__in=sorted(IN_FLIGHT))
    return {
        "item_count": _sum(lines, "order"),
        "captured_count": _sum(captured, "operation__order"),
        "lapsed_amount": Subquery(expired.values("amount")[:1]),
        "is_extending": Exists(extensions),
    }


def _sum(rows: QuerySet[Any], by: str) -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(count=Sum("quantity")).values("count"))


def sentence(order: Order, items: Items, at: datetime) -> str:
    """What a colleague would say about the order in one breath."""
    return ", ".join(_clauses(order, items, at)) + "."


def _clauses(order: Order, items: Items, at: datetime) -> Iterator[str]:
    yield from _FIRST[order.status](order, items)
    yield from _moving(order)
    if order.status in OPEN and not order.is_under_review:
        yield from _rest(order, at)


def _money(order: Order, minor: int) -> dict[str, str]:
    """An amount that is not torn from its currency at the end of a line."""
    return {"sum": format_money(minor, order.currency, get_language() or "en").replace(" ", "\N{NO-BREAK SPACE}")}


def _pending(_order: Order, _items: Items) -> Iterator[str]:
    yield _("The customer has not paid yet")
    yield _("nothing is reserved")


def _authorized(order: Order, _items: Items) -> Iterator[str]:
    if order.is_under_review:
        yield _("The payment of %(sum)s is under review") % _money(order, order.authorized_amount)
        yield _("nothing can be captured until the gateway has decided")
    else:
        yield _("Nothing captured yet")


def _captured(order: Order, items: Items) -> Iterator[str]:
    sums = _money(order, order.captured_amount)
    if order.status == Status.PART_CAPTURED:
        yield _share(items) if items.captured else _("%(sum)s captured") % sums
    elif items.captured >= items.ordered > 0:
        words = ngettext(
            "The one item captured for %(sum)s", "All %(count)s items captured for %(sum)s", items.ordered
        )
        yield words % {**sums, "count": _count(items.ordered)}
    else:
        yield (
            _("%(share)s for %(sum)s") % {**sums, "share": _share(items)}
            if items.captured
            else _("%(sum)s captured") % sums
        )
    yield from _given_back(order)
    if order.released_amount:
        yield _("%(sum)s released") % _money(order, order.released_amount)


def _share(items: Items) -> str:
    words = ngettext(
        "%(captured)s of %(count)s item captured", "%(captured)s of %(count)s items captured", items.ordered
    )
    return words % {"captured": _count(items.captured), "count": _count(items.ordered)}


def _count(number: int) -> str:
    return format_count(number, get_language() or "en")


def _given_back(order: Order) -> Iterator[str]:
    if order.refunded_amount and order.refunded_amount == order.captured_amount:
        yield _("all of it refunded")
    elif order.refunded_amount:
        yield _("%(sum)s refunded") % _money(order, order.refunded_amount)
    if order.withheld_amount:
        yield _("%(sum)s kept as a return fee") % _money(order, order.withheld_amount)
    if order.charged_back_amount:
        yield _("%(sum)s held by a dispute") % _money(order, order.charged_back_amount)


def _cancelled(order: Order, _items: Items) -> Iterator[str]:
    if order.authorized_at is None:
        yield _("Cancelled before it was paid")
    elif order.is_charged_at_once:
        yield _("Cancelled")
        yield _("%(sum)s paid back") % _money(order, order.released_amount)
        return
    else:
        yield _("Cancelled")
        yield _("%(sum)s released") % _money(order, order.released_amount)
    yield _("nothing was charged")


def _expired(order: Order, _items: Items) -> Iterator[str]:
    yield _("The authorization has expired")
    yield _("%(sum)s released") % _money(order, order.released_amount)
    yield _("nothing was charged")


_FIRST: dict[str, Callable[[Order, Items], Iterator[str]]] = {
    Status.PENDING: _pending,
    Status.AUTHORIZED: _authorized,
    Status.PART_CAPTURED: _captured,
    Status.CAPTURED: _captured,
    Status.CANCELLED: _cancelled,
    Status.EXPIRED: _expired,
}


def _moving(order: Order) -> Iterator[str]:
    """Sums whose outcome is not known yet."""
    if order.capturing_amount:
        yield _("%(sum)s being captured") % _money(order, order.capturing_amount)
    if order.releasing_amount:
        yield _("%(sum)s being released") % _money(order, order.releasing_amount)
    if order.refunding_amount:
        yield _("%(sum)s being refunded") % _money(order, order.refunding_amount)
    if order.adjusting_amount:
        total = order.adjusting_amount - order.released_amount
        yield _("the total being changed to %(sum)s") % _money(order, total)


def _rest(order: Order, at: datetime) -> Iterator[str]:
    """What can still be captured, and until when."""
    if order.capturable_amount:
        yield _("%(sum)s left") % _money(order, order.capturable_amount)
    if order.surplus_amount:
        yield _("%(sum)s more is reserved than the total") % _money(order, order.surplus_amount)
    until = order.authorization_expires_at
    if until is None:
        return
    if at >= until:
        yield _("the reservation is over")
    else:
        yield _("reservation ends %(when)s") % {"when": times.days_until(until, at)}
