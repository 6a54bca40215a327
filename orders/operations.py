"""The only driver of operations: call the gateway outside any transaction, then settle."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import F

from common import clock
from common.db import refuse_transaction, release_connection
from orders.models import Kind, Operation, State
from orders.models.operations import IN_FLIGHT
from payments.gateway import Gateway, GatewayUnavailable, Line, Outcome, Result
from payments.gateways import gateway_for

log = structlog.get_logger(__name__)

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=15)
_BATCH = 200


def run(operation_id: uuid.UUID) -> Operation:
    """Send a requested operation to its gateway and settle what it answers.

    Refuses to run inside a transaction. An operation that is not `requested`
    any more is answered as it is: somebody else has called already.
    """
    refuse_transaction()
    operation = _load(operation_id)
    if operation.state != State.REQUESTED:
        return operation
    return _settle(operation, _send(operation))


def resolve(operation_id: uuid.UUID) -> Operation:
    """Ask the gateway what became of an operation; send it again only if it never arrived."""
    refuse_transaction()
    operation = _load(operation_id)
    if not operation.is_in_flight:
        return operation
    gateway = gateway_for(operation.gateway_account)
    release_connection()
    try:
        known = gateway.lookup(operation.key)
    except GatewayUnavailable:
        return operation
    # The same key: should the first request still be on its way, it moves money once.
    return _settle(operation, known if known is not None else _send(operation))


def sweep_operations(at: datetime) -> int:
    """Resolve every operation that stands still; answers how many were asked about."""
    due = Operation.objects.filter(state__in=sorted(IN_FLIGHT), next_check_at__lte=at)
    asked = 0
    for operation_id, checks in list(due.order_by("next_check_at").values_list("pk", "checks")[:_BATCH]):
        if not _claim(operation_id, checks, at):
            continue
        asked += 1
        try:
            resolve(operation_id)
        except Exception:
            # One poisoned row must not keep the others waiting; it was pushed away by the claim.
            log.exception("operation.sweep_failed", operation=str(operation_id))
    return asked


def _claim(operation_id: uuid.UUID, checks: int, at: datetime) -> bool:
    """Two sweeps at once: the one whose UPDATE counts goes on."""
    wait = min(_FIRST_WAIT * 2 ** min(checks, 10), _LONGEST_WAIT)
    row = Operation.objects.filter(pk=operation_id, checks=checks, next_check_at__lte=at)
    return row.update(checks=F("checks") + 1, next_check_at=at + wait) == 1


def _load(operation_id: uuid.UUID) -> Operation:
    return Operation.objects.select_related("gateway_account__store").get(pk=operation_id)


def _lines(operation: Operation) -> tuple[Line, ...]:
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
    release_connection()
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


_CALLS: dict[str, Callable[[Gateway, Operation, tuple[Line, ...]], Result]] = {
    Kind.CAPTURE: _capture,
    Kind.REFUND: _refund,
    Kind.VOID: _void,
    Kind.RELEASE: _release,
    Kind.EXTEND: _extend,
}


def _settle(operation: Operation, result: Result) -> Operation:
    from orders.actions.settle import settle_operation

    if result.outcome == Outcome.RETRYABLE:
        log.warning("operation.not_sent", operation=str(operation.pk), words=result.message)
        return operation
    return settle_operation(operation.pk, result, at=clock.now())
