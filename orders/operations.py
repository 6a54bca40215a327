"""The only driver of operations: call the gateway outside any transaction, then settle."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

import structlog

from common import clock
from common.db import refuse_transaction
from common.sweeps import sweep
from developers.trace import tracing
from orders.actions.hand_over import hand_over_silent
from orders.actions.take import leave, take
from orders.models import Kind, Operation
from orders.models import Line as OrderLine
from orders.models.operations import IN_FLIGHT
from payments.gateway import Gateway, GatewayUnavailable, Line, Outcome, Result
from payments.gateways import gateway_for

log = structlog.get_logger(__name__)

_FIRST_WAIT = timedelta(seconds=5)
_Wish = ParamSpec("_Wish")


def carried_out(request: Callable[_Wish, Operation]) -> Callable[_Wish, Operation]:
    """The same action with its gateway call: what `request` reserved is run and answered as it stands then.

    Raises what `request` raises; an outcome nobody knows is answered as an
    operation in state `unknown`, never as a failure, and one that somebody else
    is just sending (the same form, sent twice) as one in state `requested`.
    """

    @wraps(request)
    def act(*args: _Wish.args, **kwargs: _Wish.kwargs) -> Operation:
        return run(request(*args, **kwargs).pk)

    return act


def run(operation_id: uuid.UUID) -> Operation:
    """Send a requested operation to its gateway and settle what it answers.

    Refuses to run inside a transaction. An operation that is not `requested`
    any more, or that somebody else is just sending, is answered as it is.
    """
    refuse_transaction()
    is_ours = take(operation_id, at=clock.now())
    operation = _load(operation_id)
    if not is_ours:
        return operation
    result = _send(operation)
    if result.outcome == Outcome.RETRYABLE:
        leave(operation_id)
    return _settle(operation, result)


def resolve(operation_id: uuid.UUID) -> Operation:
    """Ask the gateway what became of an operation; send it again only if it never arrived."""
    refuse_transaction()
    operation = _load(operation_id)
    if not operation.is_in_flight:
        return operation
    gateway = gateway_for(operation.gateway_account)
    try:
        with tracing(order_id=operation.order_id, operation_id=operation.pk):
            known = gateway.lookup(operation.key)
    except GatewayUnavailable:
        return operation
    # The same key: should the first request still be on its way, it moves money once.
    return _settle(operation, known if known is not None else _send(operation))


def sweep_operations(at: datetime) -> int:
    """Resolve every operation that stands still; answers how many were asked about.

    The pauses grow; after 24 hours without an answer it is put before a person.
    """

    def ask(operation_id: uuid.UUID) -> None:
        try:
            resolve(operation_id)
        finally:
            hand_over_silent(operation_id, at=at)

    return sweep(Operation.objects.filter(state__in=sorted(IN_FLIGHT)), ask, at=at, first=_FIRST_WAIT)


def _load(operation_id: uuid.UUID) -> Operation:
    return Operation.objects.select_related("gateway_account__store").get(pk=operation_id)


def _lines(operation: Operation) -> tuple[Line, ...]:
    """What moves; a changed total names every line it is made of."""
    if operation.revision is not None:
        return tuple(
            {
                "type": line.type,
                "name": line.name,
                "reference": line.reference,
                "quantity": line.quantity,
                "tax_rate": line.tax_rate,
                "total_amount": line.total_amount,
                "total_tax_amount": line.tax_amount,
            }
            for line in OrderLine.objects.filter(order=operation.order_id, revision=operation.revision)
        )
    slices = operation.lines.select_related("line").order_by("pk")
    return tuple(
        {
            "type": piece.type,
            "name": piece.name,
            "reference": piece.line.reference if piece.line else "",
            "quantity": piece.quantity,
            "tax_rate": piece.tax_rate,
            "total_amount": piece.amount,
            "total_tax_amount": piece.tax_amount,
        }
        for piece in slices
    )


def _send(operation: Operation) -> Result:
    gateway = gateway_for(operation.gateway_account)
    lines = _lines(operation)
    with tracing(order_id=operation.order_id, operation_id=operation.pk):
        return _CALLS[operation.kind](gateway, operation, lines)


def _capture(gateway: Gateway, operation: Operation, lines: tuple[Line, ...]) -> Result:
    return gateway.capture(operation.payment_reference, operation.amount, operation.currency, lines, operation.key)


def _refund(gateway: Gateway, operation: Operation, lines: tuple[Line, ...]) -> Result:
    return gateway.refund(operation.payment_reference, operation.amount, operation.currency, lines, operation.key)


def _release(gateway: Gateway, operation: Operation, _lines: tuple[Line, ...]) -> Result:
    return gateway.release_remaining(operation.payment_reference, operation.key)


def _extend(gateway: Gateway, operation: Operation, _lines: tuple[Line, ...]) -> Result:
    return gateway.extend(operation.payment_reference, operation.key)


def _void(gateway: Gateway, operation: Operation, _lines: tuple[Line, ...]) -> Result:
    return gateway.void(operation.payment_reference, operation.key)


def _adjust(gateway: Gateway, operation: Operation, lines: tuple[Line, ...]) -> Result:
    return gateway.update_authorization(operation.payment_reference, operation.amount, lines, operation.key)


_CALLS: dict[str, Callable[[Gateway, Operation, tuple[Line, ...]], Result]] = {
    Kind.CAPTURE: _capture,
    Kind.REFUND: _refund,
    Kind.VOID: _void,
    Kind.RELEASE: _release,
    Kind.EXTEND: _extend,
    Kind.ADJUST: _adjust,
}


def _settle(operation: Operation, result: Result) -> Operation:
    from orders.actions.settle import settle_operation

    if result.outcome == Outcome.RETRYABLE:
        log.warning("operation.not_sent", operation=str(operation.pk), words=result.message)
        return operation
    return settle_operation(operation.pk, result, at=clock.now())
