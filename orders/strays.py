"""Money nobody expected that has not gone back yet: which orders have it, and in what words it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.money import format_money
from orders.entries import reason_words
from orders.models import Kind, Operation, Order, State


@dataclass(frozen=True, slots=True)
class Stray:
    """One payment that is not the order's: what was found, and what is being done."""

    title: str
    text: str
    is_running: bool


# `_waiting` for one order, written out: every list asks it for every row, and building it by the
# ORM took longer than all the rest of the query.
_WAITS = """EXISTS (
    SELECT 1 FROM orders_operation AS stray
    WHERE stray.order_id = %(expressions)s AND stray.is_stray AND stray.state <> 'succeeded' AND NOT EXISTS (
        SELECT 1 FROM orders_operation AS returned
        WHERE returned.order_id = stray.order_id AND returned.is_stray AND returned.state = 'succeeded'
            AND returned.gateway_account_id = stray.gateway_account_id
            AND returned.payment_reference = stray.payment_reference
    )
)"""


def has_stray(order: str = "pk") -> Func:
    """Whether the order (a path from the annotated rows) has money that waits to go back."""
    return Func(F(order), template=_WAITS, output_field=BooleanField())


def strays_of(order: Order) -> list[Stray]:
    """Every payment that waits to go back, by its last operation."""
    last = {each.payment_reference: each for each in _waiting().filter(order=order).order_by("requested_at", "id")}
    return [_stray(operation) for operation in last.values()]


def _waiting() -> QuerySet[Operation]:
    """Stray operations that did not succeed, unless a later one for the same payment did."""
    returned = Operation.objects.filter(
        order=OuterRef("order"),
        is_stray=True,
        state=State.SUCCEEDED,
        gateway_account=OuterRef("gateway_account"),
        payment_reference=OuterRef("payment_reference"),
    )
    return Operation.objects.filter(~Exists(returned), is_stray=True).exclude(state=State.SUCCEEDED)


def _stray(operation: Operation) -> Stray:
    total = format_money(operation.amount, operation.currency, get_language() or "en")
    title = _("Money nobody expected: %(total)s") % {"total": total}
    text = f"{reason_words(operation.reason)} {_doing(operation)}".strip()
    return Stray(title, text, operation.is_in_flight)


def _doing(operation: Operation) -> str:
    if operation.state == State.DECLINED:
        refusal = operation.message or _("no reason given")
        return _("The gateway refused to give it back (%(refusal)s). We try again.") % {"refusal": refusal}
    if operation.kind == Kind.REFUND:
        return _("The customer was charged and is being refunded. We keep asking the gateway until it is done.")
    return _("It was only reserved and is being let go. We keep asking the gateway until it is done.")
