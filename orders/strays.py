"""Money nobody expected that has not gone back yet: which orders have it, and in what words it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, F, Func, JSONField
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.db import Row, instance
from common.money import format_money
from orders.entries import reason_words
from orders.models import Kind, Operation, State


@dataclass(frozen=True, slots=True)
class Stray:
    """One payment that is not the order's: what was found, and what is being done."""

    title: str
    text: str
    is_running: bool


# Stray operations that did not succeed, unless a later one for the same payment did, or one came back
# since, which a notice of its own tells. Written out: every list asks it for every row, and building it
# by the ORM took longer than all the rest of the query.
_WAITING = """FROM orders_operation AS stray
    WHERE stray.order_id = %(expressions)s AND stray.is_stray AND stray.state <> 'succeeded' AND NOT EXISTS (
        SELECT 1 FROM orders_operation AS returned
        WHERE returned.order_id = stray.order_id AND returned.is_stray AND returned.state = 'succeeded'
            AND returned.gateway_account_id = stray.gateway_account_id
            AND returned.payment_reference = stray.payment_reference
            AND (returned.kind = 'reversal' OR returned.requested_at >= stray.requested_at)
    )"""
_WAITS = f"EXISTS (SELECT 1 {_WAITING})"
_ROWS = f"(SELECT jsonb_agg(to_jsonb(stray) ORDER BY stray.requested_at, stray.id) {_WAITING})"


def has_stray(order: str = "pk") -> Func:
    """Whether the order (a path from the annotated rows) has money that waits to go back."""
    return Func(F(order), template=_WAITS, output_field=BooleanField())


def stray_rows(order: str = "pk") -> Func:
    """The operations behind such money, within the statement that reads the order; for `strays_of`."""
    return Func(F(order), template=_ROWS, output_field=JSONField())


def strays_of(rows: Sequence[Row] | None) -> tuple[Stray, ...]:
    """Every payment that waits to go back, by its last operation."""
    operations = [instance(Operation, row) for row in rows or ()]
    last = {operation.payment_reference: operation for operation in operations}
    return tuple(_stray(operation) for operation in last.values())


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
