"""The order in one sentence, made by rules: what was captured, what is left, until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, BooleanField, F, Func
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import times
from common.money import format_count, format_money
from orders.models import Kind, LineType, Order, State
from orders.models.operations import IN_FLIGHT
from orders.states import OPEN, Status
from orders.timeline import What

_GOODS = (str(LineType.PHYSICAL), str(LineType.DIGITAL))


@dataclass(frozen=True, slots=True)
class Items:
    """Pieces of goods: how many were ordered, how many of them captured."""

    ordered: int
    captured: int

    @classmethod
    def of(cls, order: Order) -> Items:
        """As `counts` left them on the order."""
        return cls(getattr(order, "item_count", 0) or 0, getattr(order, "captured_count", 0) or 0)


# Written out: every order page asks them, and building them by the ORM cost more than asking.
_ITEMS = f"""(
    SELECT SUM(line.quantity) FROM orders_line AS line
    WHERE (line.order_id, line.revision) = (%(expressions)s) AND line.type IN {_GOODS}
)"""  # noqa: S608 - our own words
_CAPTURED = f"""(
    SELECT SUM(piece.quantity) FROM orders_operationline AS piece
    JOIN orders_operation AS capture ON capture.id = piece.operation_id
    WHERE capture.order_id = %(expressions)s AND capture.kind = '{Kind.CAPTURE}'
        AND capture.state = '{State.SUCCEEDED}' AND NOT capture.is_stray AND piece.type IN {_GOODS}
)"""  # noqa: S608 - our own words
_LAPSED = f"""(
    SELECT event.amount FROM orders_event AS event
    WHERE event.order_id = %(expressions)s AND event.kind = '{What.ORDER_EXPIRED}' ORDER BY event.seq DESC LIMIT 1
)"""  # noqa: S608 - our own words
_EXTENDING = f"""EXISTS (
    SELECT 1 FROM orders_operation AS extension
    WHERE extension.order_id = %(expressions)s AND extension.kind = '{Kind.EXTEND}'
        AND extension.state IN {tuple(map(str, sorted(IN_FLIGHT)))}
)"""  # noqa: S608 - our own words


def counts() -> dict[str, Func]:
    """Annotations of the order's own query, so that the drawer asks nothing more.

    `item_count`, `captured_count`, the sum `lapsed_amount` an ended authorization
    let go of, and `is_extending`, for an extension holds no sum in flight.
    """
    order = F("pk")
    return {
        "item_count": Func(order, F("revision"), template=_ITEMS, output_field=BigIntegerField()),
        "captured_count": Func(order, template=_CAPTURED, output_field=BigIntegerField()),
        "lapsed_amount": Func(order, template=_LAPSED, output_field=BigIntegerField()),
        "is_extending": Func(order, template=_EXTENDING, output_field=BooleanField()),
    }


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
