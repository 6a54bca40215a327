"""What a settled operation does to its order: sums, status, timeline, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from common.actor import Actor
from orders.actions.alerts import close_half_ended, close_reversals, close_stray_reversals
from orders.actions.let_go import release_rest
from orders.actions.place import slices_of
from orders.actions.reserve import put_in_flight
from orders.actions.review import leave_review
from orders.actions.turn import complete, turn_to
from orders.documents import request_slip
from orders.messages import queue_refunded, queue_released, queue_voided
from orders.models import Kind, Operation, Order
from orders.states import Status
from orders.timeline import What, record
from payments.gateway import Result

_DECLINED: dict[str, What] = {
    Kind.CAPTURE: What.CAPTURE_DECLINED,
    Kind.REFUND: What.REFUND_DECLINED,
    Kind.VOID: What.CANCEL_DECLINED,
    Kind.RELEASE: What.RELEASE_DECLINED,
    Kind.EXTEND: What.EXTEND_DECLINED,
    Kind.ADJUST: What.EDIT_DECLINED,
}
_UNKNOWN: dict[str, What] = {
    Kind.CAPTURE: What.CAPTURE_UNKNOWN,
    Kind.REFUND: What.REFUND_UNKNOWN,
    Kind.VOID: What.CANCEL_UNKNOWN,
    Kind.RELEASE: What.RELEASE_UNKNOWN,
    Kind.EXTEND: What.EXTEND_UNKNOWN,
    Kind.ADJUST: What.EDIT_UNKNOWN,
}


def succeeded(order: Order, operation: Operation, result: Result, at: datetime) -> None:
    """Book a movement the gateway made, on locked rows."""
    if operation.is_stray:
        data = {"reason": operation.reason, "kind": operation.kind}
        _record(order, What.STRAY_RETURNED, operation, at, data, by=Actor.system())
        payment = (operation.gateway_account, operation.payment_reference)
        close_stray_reversals(order, *payment, known_at=operation.requested_at, at=at)
        return
    _land(order, operation)
    if operation.kind == Kind.RELEASE:
        _correct(operation, result)
    _BOOK[operation.kind](order, operation, result, at)


def told(order: Order, operation: Operation, result: Result, at: datetime) -> None:
    """Book a movement that nobody here asked for, on locked rows: it was never in flight."""
    _BOOK[operation.kind](order, operation, result, at)


def declined(order: Order, operation: Operation, at: datetime) -> None:
    """Put the money back where it was and say why."""
    data: dict[str, Any] = {
        "code": operation.code,
        "message": operation.message,
        "automatic": operation.is_automatic,
        "reason": operation.reason,
    }
    if operation.is_stray:
        _record(order, What.STRAY_UNRESOLVED, operation, at, data, by=Actor.system())
        return
    _land(order, operation)
    if operation.kind == Kind.CAPTURE:
        order.capture_problem = operation.message or operation.code or "declined"
        order.save(update_fields=["capture_problem"])
    _record(order, _DECLINED[operation.kind], operation, at, data)
    if operation.kind == Kind.ADJUST:
        complete(order)
    if operation.kind in {Kind.CAPTURE, Kind.ADJUST}:
        release_rest(order, at=at)


def unknown(order: Order, operation: Operation, at: datetime) -> None:
    """Say that nobody knows yet; the money stays in flight until the gateway was asked."""
    what = What.STRAY_UNRESOLVED if operation.is_stray else _UNKNOWN[operation.kind]
    _record(order, what, operation, at, {})


def _land(order: Order, operation: Operation) -> None:
    """Take the sum out of flight."""
    columns = put_in_flight(order, operation, -1)
    if columns:
        order.save(update_fields=columns)


def _correct(operation: Operation, result: Result) -> None:
    """Book what was let go of, in minor units: a release names no sum, and the gateway may hold less than we know.

    The rest stays reserved here, so that what was taken of it unheard can still be booked.
    """
    if result.amount and result.amount < operation.amount:
        operation.amount = result.amount
        operation.save(update_fields=["amount"])


def _record(
    order: Order, what: What, operation: Operation, at: datetime, data: dict[str, Any], *, by: Actor | None = None
) -> None:
    if operation.is_stray:  # its currency need not be the order's
        data = {**data, "currency": operation.currency}
    record(order, what, by=by or operation.by, at=at, amount=operation.amount, operation=operation, data=data)


def _captured(order: Order, operation: Operation, _result: Result, at: datetime) -> None:
    order.captured_amount += operation.amount
    order.capture_problem = ""
    # counted with what is in flight: another capture may yet be declined, another total may leave something
    target = Status.PART_CAPTURED if order.reserved_amount or order.adjusting_amount else Status.CAPTURED
    if order.status != target:
        order.move_to(target)
    order.save(update_fields=["captured_amount", "capture_problem", "status"])
    data = {
        "left": order.capturable_amount,
        "lines": slices_of(operation),
        "automatic": operation.is_automatic,
        "reference": operation.reference,
        "description": operation.description,
    }
    _record(order, What.ORDER_CAPTURED, operation, at, data)
    release_rest(order, at=at)
    request_slip(order, at)


def _refunded(order: Order, operation: Operation, _result: Result, at: datetime) -> None:
    order.refunded_amount += operation.amount
    order.withheld_amount += operation.withheld_amount
    order.save(update_fields=["refunded_amount", "withheld_amount"])
    close_reversals(order, operation, at=at)
    close_half_ended(order, at=at)
    data = {"left": order.refundable_amount, "lines": slices_of(operation), "reason": operation.reason}
    _record(order, What.ORDER_REFUNDED, operation, at, data)
    if operation.tells_customer:
        queue_refunded(order, operation, at=at)
    request_slip(order, at)


def _voided(order: Order, operation: Operation, _result: Result, at: datetime) -> None:
    leave_review(order, at=at)
    order.released_amount += operation.amount
    order.cancelled_at = at
    order.move_to(Status.CANCELLED)
    order.save(update_fields=["released_amount", "cancelled_at", "status"])
    _record(order, What.ORDER_CANCELLED, operation, at, {"reason": operation.reason or "cancelled"})
    if operation.tells_customer:
        queue_voided(order, by=operation.by, at=at)


def _released(order: Order, operation: Operation, _result: Result, at: datetime) -> None:
    order.released_amount += operation.amount
    if order.status == Status.PART_CAPTURED and not order.reserved_amount:
        order.move_to(Status.CAPTURED)
    order.save(update_fields=["released_amount", "status"])
    data = {"left": order.capturable_amount, "reason": operation.reason}
    _record(order, What.ORDER_RELEASED, operation, at, data)
    if operation.tells_customer:
        queue_released(order, operation, at=at)


def _extended(order: Order, operation: Operation, result: Result, at: datetime) -> None:
    before = order.authorization_expires_at
    order.authorization_expires_at = result.expires_at or before
    order.save(update_fields=["authorization_expires_at"])
    data = {
        "before": before.isoformat() if before else "",
        "after": order.authorization_expires_at.isoformat() if order.authorization_expires_at else "",
    }
    _record(order, What.ORDER_EXTENDED, operation, at, data)


def _adjusted(order: Order, operation: Operation, _result: Result, at: datetime) -> None:
    order.authorized_amount = operation.amount
    revision, tells = operation.revision or order.revision, operation.tells_customer
    turn_to(order, revision, operation=operation, tells_customer=tells, by=operation.by, at=at)


_Book = Callable[[Order, Operation, Result, datetime], None]
_BOOK: dict[str, _Book] = {
    Kind.CAPTURE: _captured,
    Kind.REFUND: _refunded,
    Kind.VOID: _voided,
    Kind.RELEASE: _released,
    Kind.EXTEND: _extended,
    Kind.ADJUST: _adjusted,
}
