"""Book what the gateway answered, once, whoever hears it first."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from common.actor import Actor
from orders.actions.lock import locked
from orders.actions.place import slices_of
from orders.models import Kind, Operation, Order, State
from orders.states import Status
from orders.timeline import What, record
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
        _SUCCEEDED[operation.kind](order, operation, at)
    elif result.outcome == Outcome.DECLINED:
        _close(operation, State.DECLINED, result, at)
        _DECLINED[operation.kind](order, operation, at)
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


def _wait(order: Order, operation: Operation, result: Result, at: datetime) -> None:
    state = State.PENDING if result.outcome == Outcome.PENDING else State.UNKNOWN
    if operation.state == state:
        return
    operation.state = state
    operation.message = result.message[:300]
    operation.gateway_reference = result.reference or operation.gateway_reference
    operation.save(update_fields=["state", "message", "gateway_reference"])
    if operation.kind == Kind.CAPTURE and state == State.UNKNOWN:
        record(order, What.CAPTURE_UNKNOWN, by=operation.by, at=at, amount=operation.amount, operation=operation)
    elif operation.is_stray:
        record(order, What.STRAY_UNRESOLVED, by=operation.by, at=at, amount=operation.amount, operation=operation)


def _captured(order: Order, operation: Operation, at: datetime) -> None:
    order.capturing_amount -= operation.amount
    order.captured_amount += operation.amount
    order.capture_problem = ""
    target = Status.PART_CAPTURED if order.capturable_amount else Status.CAPTURED
    if order.status != target:
        order.move_to(target)
    order.save(update_fields=["capturing_amount", "captured_amount", "capture_problem", "status"])
    data: dict[str, Any] = {
        "left": order.capturable_amount,
        "lines": slices_of(operation),
        "automatic": operation.is_automatic,
    }
    record(order, What.ORDER_CAPTURED, by=operation.by, at=at, amount=operation.amount, operation=operation, data=data)
    from orders.documents import request_slip

    request_slip(order, at)


def _capture_declined(order: Order, operation: Operation, at: datetime) -> None:
    order.capturing_amount -= operation.amount
    order.capture_problem = operation.message or operation.code or "declined"
    order.save(update_fields=["capturing_amount", "capture_problem"])
    data = {"code": operation.code, "message": operation.message, "automatic": operation.is_automatic}
    record(
        order, What.CAPTURE_DECLINED, by=operation.by, at=at, amount=operation.amount, operation=operation, data=data
    )


def _returned(order: Order, operation: Operation, at: datetime) -> None:
    """Money nobody expected went back; the order's own sums never held it."""
    data = {"reason": operation.reason, "kind": operation.kind}
    record(
        order, What.STRAY_RETURNED, by=Actor.system(), at=at, amount=operation.amount, operation=operation, data=data
    )


def _not_returned(order: Order, operation: Operation, at: datetime) -> None:
    data = {"reason": operation.reason, "code": operation.code, "message": operation.message}
    record(
        order, What.STRAY_UNRESOLVED, by=Actor.system(), at=at, amount=operation.amount, operation=operation, data=data
    )


_Book = Callable[[Order, Operation, datetime], None]
_SUCCEEDED: dict[str, _Book] = {Kind.CAPTURE: _captured, Kind.VOID: _returned, Kind.REFUND: _returned}
_DECLINED: dict[str, _Book] = {Kind.CAPTURE: _capture_declined, Kind.VOID: _not_returned, Kind.REFUND: _not_returned}
