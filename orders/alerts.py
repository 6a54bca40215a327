"""What waits for a person: which orders have something, and in what words it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import CharField, F, Func, JSONField, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import times
from common.db import Row, instance
from common.money import format_money
from orders.entries import actor_words
from orders.models import Alert, Kind, Operation, Order, State
from orders.rules import Verb, obstacle

# Every list asks it for every row. The last by name goes first: a refund that came back, no
# answer for a day, an end half-way, a difference.
_FIRST = """COALESCE((
    SELECT alert.kind FROM orders_alert AS alert
    WHERE alert.order_id = %(expressions)s AND alert.closed_at IS NULL ORDER BY alert.kind DESC LIMIT 1
), '')"""
_ROWS = """(
    SELECT jsonb_agg(jsonb_build_object('alert', to_jsonb(alert), 'operation', (
        SELECT to_jsonb(operation) FROM orders_operation AS operation WHERE operation.id = alert.operation_id
    ), 'reverses', (
        SELECT to_jsonb(refund) FROM orders_operation AS reversal JOIN orders_operation AS refund
            ON refund.id = reversal.reverses_id WHERE reversal.id = alert.operation_id
    )) ORDER BY alert.opened_at, alert.id)
    FROM orders_alert AS alert WHERE alert.order_id = %(expressions)s AND alert.closed_at IS NULL
)"""


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert in words.

    `dismiss_url` is "" for what ends by itself, `again_url` for what cannot be given back,
    `go_url` for what cannot be gone on with, or not yet. `seen` is the last movement it tells of.
    """

    title: str
    text: str
    icon: str
    dismiss_url: str
    again_url: str = ""
    go_url: str = ""
    seen: str = ""


def first_alert(order: str = "pk") -> Func:
    """The kind of the alert an order (a path from the annotated rows) is marked with, or ""."""
    return Func(F(order), template=_FIRST, output_field=CharField())


def alerted(kinds: tuple[str, ...]) -> Q:
    """Orders with open alerts of these kinds."""
    return Q(pk__in=Alert.objects.filter(kind__in=kinds, closed_at=None).values("order_id"))


def alert_rows(order: str = "pk") -> Func:
    """An order's open alerts, within the statement that reads it; for `alerts_of`."""
    return Func(F(order), template=_ROWS, output_field=JSONField())


def alerts_of(rows: Sequence[Row] | None) -> tuple[Alert, ...]:
    """What is open, the oldest first, with the operations it names."""
    return tuple(_alert(row) for row in rows or ())


def notice_of(
    alert: Alert, order: Order, *, can_dismiss: bool, can_refund: bool = False, cancel_url: str = ""
) -> Notice:
    """What somebody should know and can do; `cancel_url` is "" while the order cannot be ended."""
    if alert.operation is not None and alert.operation.kind == Kind.REVERSAL and alert.operation.is_stray:
        return _stray_back(alert, alert.operation, can_dismiss=can_dismiss, can_refund=can_refund)
    is_half = alert.kind == Alert.Kind.HALF_ENDED
    title, text, icon = _WORDS[alert.kind](alert, order)
    is_ours = can_dismiss and alert.kind != Alert.Kind.HANDED_OVER
    url = reverse("orders:dismiss", args=[alert.order_id, alert.pk]) if is_ours else ""
    return Notice(title, text, icon, url, go_url=cancel_url if is_half else "")


def _alert(row: Row) -> Alert:
    alert = instance(Alert, row["alert"])
    if row["operation"]:
        alert.operation = instance(Operation, row["operation"])
        alert.operation.reverses = instance(Operation, row["reverses"]) if row["reverses"] else None
    return alert


def _stray_back(alert: Alert, reversal: Operation, *, can_dismiss: bool, can_refund: bool) -> Notice:
    """Money nobody expected that the bank sent back; one query for what was done since."""
    title, _text, icon = _came_back(alert)
    last = Operation.objects.filter(
        order=alert.order_id,
        is_stray=True,
        gateway_account=reversal.gateway_account_id,
        payment_reference=reversal.payment_reference,
    ).latest("requested_at", "settled_at")
    text = _(
        "It was money nobody expected, and is with you again. Give it back again or pay the customer another way."
    )
    if last.is_in_flight:
        return Notice(title, _("It is being given back. We keep asking the gateway."), icon, "")
    if last.state == State.DECLINED:
        text = f"{_('The gateway refused to give it back again (%(refusal)s).') % {'refusal': last.message}} {text}"
    places = [alert.order_id, alert.pk]
    dismiss = reverse("orders:dismiss", args=places) if can_dismiss else ""
    again = reverse("orders:return_again", args=places) if can_refund else ""
    return Notice(title, text, icon, dismiss, again, seen=str(last.pk))


def _came_back(alert: Alert, _order: Order | None = None) -> tuple[str, str, str]:
    reversal = _operation(alert)
    refund = reversal.reverses or reversal
    title = _("The refund of %(sum)s from %(day)s failed at the bank on %(failed)s.") % {
        "sum": _sum(reversal),
        "day": times.full_day(refund.requested_at),
        "failed": times.full_day(reversal.requested_at),
    }
    return title, _("The money is back with you; refund again or pay the customer another way."), "rotate-ccw"


def _handed_over(alert: Alert, order: Order) -> tuple[str, str, str]:
    operation = _operation(alert)
    names = {"sum": _sum(operation), "asked": times.stamp(operation.requested_at)}
    title = _TITLES["stray" if operation.is_stray else operation.kind]() % names
    if operation.state == "pending":
        text = _("The gateway has said for a day that it is working on it.")
    else:
        text = _("The gateway has not told for 24 hours whether money moved, so nothing is booked.")
    if obstacle(order, Verb.SYNC, None, alert.opened_at) is None:
        where = _(
            "Look in the gateway’s own portal for payment %(payment)s or our key %(key)s, then press Sync payments."
        )
    else:
        where = _("Look in the gateway’s own portal for payment %(payment)s or our key %(key)s.")
    where %= {"payment": operation.payment_reference, "key": operation.key}
    return title, f"{text} {where} {_('The gateway is asked once a day until it answers.')}", "flag"


def _half_ended(alert: Alert, order: Order) -> tuple[str, str, str]:
    """What of the confirmed end is not done, without guessing what the gateway will say."""
    begun = _operation(alert)
    names = {
        "who": actor_words(begun.origin, begun.actor),
        "when": times.stamp(begun.requested_at),
        "due": format_money(max(order.refundable_amount, 0), order.currency, get_language() or "en"),
    }
    if not order.in_flight_amount:
        title = _("Cancelling the order stopped half-way: %(due)s is not refunded")
        text = _("%(who)s confirmed it %(when)s. Go on, or dismiss this if the money should stay with you.")
    elif order.refundable_amount > 0:
        title = _("Cancelling the order is not finished: %(due)s is not refunded yet")
        text = _("%(who)s confirmed it %(when)s. You can go on when the gateway has answered.")
    else:
        title = _("Cancelling the order is not finished")
        text = _("%(who)s confirmed it %(when)s. The last refund is not confirmed yet; then this goes away by itself.")
    return title % names, text % names, "circle-x"


def _differs(_alert: Alert, _order: Order) -> tuple[str, str, str]:
    text = _("The numbers are in Details, under Payments. Nothing was changed for them.")
    return _("Our books and the gateway’s differ"), text, "scale"


_WORDS: dict[str, Callable[[Alert, Order], tuple[str, str, str]]] = {
    Alert.Kind.REFUND_REVERSED: _came_back,
    Alert.Kind.HANDED_OVER: _handed_over,
    Alert.Kind.HALF_ENDED: _half_ended,
    Alert.Kind.DIFFERENCE: _differs,
}
_TITLES: dict[str, Callable[[], str]] = {
    Kind.CAPTURE: lambda: _("No answer about the capture of %(sum)s from %(asked)s"),
    Kind.REFUND: lambda: _("No answer about the refund of %(sum)s from %(asked)s"),
    Kind.VOID: lambda: _("No answer about the cancellation from %(asked)s"),
    Kind.RELEASE: lambda: _("No answer about the release of %(sum)s from %(asked)s"),
    Kind.EXTEND: lambda: _("No answer about the extension from %(asked)s"),
    Kind.ADJUST: lambda: _("No answer about the new total of %(sum)s from %(asked)s"),
    "stray": lambda: _("No answer since %(asked)s about giving back %(sum)s that nobody expected"),
}


def _operation(alert: Alert) -> Operation:
    if alert.operation is None:
        message = f"Alert {alert.pk} names no operation."
        raise ValueError(message)
    return alert.operation


def _sum(operation: Operation) -> str:
    return format_money(operation.amount, operation.currency, get_language() or "en")
