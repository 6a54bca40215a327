"""Refunds that failed at the bank days later, of a gateway that tells only sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from orders.models import Kind, Operation, Order, State
from payments.gateway import GatewayUnavailable, Movement, Outcome, Result, Snapshot
from payments.gateways import gateway_for


def with_failed_refunds(order: Order, snapshot: Snapshot) -> Snapshot:
    """The same with each of our refunds that the gateway, asked one by one, says came back.

    Only while its sum of refunds is below ours and nothing tells why. Raises GatewayUnavailable.
    """
    if snapshot.tells_movements or snapshot.refunded_amount >= order.refunded_amount:
        return snapshot
    refunds = Operation.objects.filter(
        order=order, is_stray=False, kind=Kind.REFUND, state=State.SUCCEEDED, reversal=None
    ).order_by("requested_at")
    gateway = gateway_for(order.paying_account)
    asked = [(refund, gateway.lookup(refund.key)) for refund in refunds]
    failed = [_movement(refund, told) for refund, told in asked if told and told.outcome in _FAILED]
    return replace(snapshot, movements=tuple(failed))


_FAILED = frozenset({Outcome.DECLINED, Outcome.UNKNOWN})


def _movement(refund: Operation, told: Result) -> Movement:
    if told.outcome == Outcome.UNKNOWN:
        raise GatewayUnavailable(told.message)
    at: datetime = told.at or refund.requested_at
    return Movement(
        Kind.REFUND,
        told.reference or refund.gateway_reference,
        refund.key,
        refund.amount,
        at,
        Outcome.DECLINED,
        message=told.message,
        failed_at=told.failed_at,
    )
