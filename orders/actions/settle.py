"""Book what the gateway answered, once, whoever hears it first."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from orders.actions import booking
from orders.actions.alerts import close_alerts
from orders.actions.lock import locked
from orders.models import Alert, Operation, Order, State
from payments.gateway import Outcome, Result


@transaction.atomic(durable=True)
def settle_operation(operation_id: uuid.UUID, result: Result, *, at: datetime) -> Operation:
    """Apply an outcome to the operation and its order; a settled one stays as it is.

    Lock order: Order, then Operation. An unknown or pending answer only says
    so; the sweep goes on asking.
    """
    order_id = Operation.objects.values_list("order_id", flat=True).get(pk=operation_id)
    order = locked(order_id)
    operation = Operation.objects.select_for_update(no_key=True, of=("self",)).get(pk=operation_id)
    operation.order = order
    if not operation.is_in_flight:
        return operation
    if result.outcome == Outcome.SUCCEEDED:
        _close(operation, State.SUCCEEDED, result, at)
        booking.succeeded(order, operation, result, at)
    elif result.outcome == Outcome.DECLINED:
        _close(operation, State.DECLINED, result, at)
        booking.declined(order, operation, at)
    else:
        _wait(order, operation, result, at)
    return operation


def _close(operation: Operation, state: str, result: Result, at: datetime) -> None:
    operation.state = state
    operation.settled_at = at
    operation.next_check_at = None
    operation.gateway_reference = result.reference or operation.gateway_reference
    operation.code = result.code[:60]
    operation.message = result.message[:300]
    operation.save(update_fields=["state", "settled_at", "next_check_at", "gateway_reference", "code", "message"])
    if operation.handed_over_at is not None:
        close_alerts(operation.order, Alert.Kind.HANDED_OVER, at=at, operation=operation)


def _wait(order: Order, operation: Operation, result: Result, at: datetime) -> None:
    state = State.PENDING if result.outcome == Outcome.PENDING else State.UNKNOWN
    if operation.state == state:
        return
    operation.state = state
    operation.message = result.message[:300]
    operation.gateway_reference = result.reference or operation.gateway_reference
    operation.save(update_fields=["state", "message", "gateway_reference"])
    if state == State.UNKNOWN:
        booking.unknown(order, operation, at)
