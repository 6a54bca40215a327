"""A refund that had succeeded comes back: the money is the merchant's again."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from common.actor import Actor
from orders.actions.alerts import raise_alert
from orders.actions.lock import locked
from orders.documents import request_slip
from orders.member_mail import queue_refund_reversed
from orders.models import Alert, Kind, Operation, Order, State
from orders.timeline import What, record
from payments.gateway import Movement, Outcome, Result


def reverse_refund(order: Order, refund: Operation, movement: Movement, *, at: datetime) -> Operation | None:
    """Book the reversal of a succeeded refund on a locked order, once; None when it was booked before.

    The sum and its return fee can be refunded again (a refund that fails days
    later is reversed by its own operation). `movement` is the gateway's word.
    """
    if refund.state != State.SUCCEEDED or refund.is_stray or Operation.objects.filter(reverses=refund).exists():
        return None
    failed_at = movement.failed_at or at
    by = Actor.gateway(refund.gateway_account.provider)
    told = Result(Outcome.DECLINED, movement.reference, message=movement.message, failed_at=failed_at)
    reversal = _reversal(order, refund, told, by, at)
    order.refunded_amount -= refund.amount
    order.withheld_amount -= refund.withheld_amount
    order.save(update_fields=["refunded_amount", "withheld_amount"])
    data = {
        "left": order.refundable_amount,
        "message": movement.message,
        "before": (refund.settled_at or refund.requested_at).isoformat(),
        "after": failed_at.isoformat(),
    }
    record(order, What.REFUND_REVERSED, by=by, at=at, amount=refund.amount, operation=reversal, data=data)
    raise_alert(order, Alert.Kind.REFUND_REVERSED, at=at, operation=reversal)
    queue_refund_reversed(order, reversal, at=at)
    request_slip(order, at)
    return reversal


@transaction.atomic(durable=True)
def reverse_stray(refund_id: uuid.UUID, told: Result, *, at: datetime) -> Operation | None:
    """Book that a refund of money nobody expected came back, once; None when it was booked before.

    The order's sums never knew that money. It is given back again only when a person
    asks, for the bank has refused it once. `told` is the gateway's word about the refund.
    """
    order = locked(Operation.objects.values_list("order_id", flat=True).get(pk=refund_id))
    refund = Operation.objects.select_for_update(no_key=True, of=("self",)).get(pk=refund_id)
    is_done = refund.state == State.SUCCEEDED and refund.kind == Kind.REFUND and refund.is_stray
    if not is_done or Operation.objects.filter(reverses=refund).exists():
        return None
    by = Actor.gateway(refund.gateway_account.provider)
    reversal = _reversal(order, refund, told, by, at)
    data = {"message": told.message, "currency": refund.currency}
    record(order, What.STRAY_CAME_BACK, by=by, at=at, amount=refund.amount, operation=reversal, data=data)
    raise_alert(order, Alert.Kind.REFUND_REVERSED, at=at, operation=reversal)
    queue_refund_reversed(order, reversal, at=at)
    return reversal


def _reversal(order: Order, refund: Operation, told: Result, by: Actor, at: datetime) -> Operation:
    return Operation.objects.create(
        order=order,
        kind=Kind.REVERSAL,
        state=State.SUCCEEDED,
        amount=refund.amount,
        currency=refund.currency,
        is_stray=refund.is_stray,
        key=f"reversal-{refund.pk}",
        gateway_account=refund.gateway_account,
        payment_reference=refund.payment_reference,
        gateway_reference=told.reference,
        message=told.message[:300],
        reverses=refund,
        origin=by.origin,
        actor=by.label,
        requested_at=told.failed_at or at,
        settled_at=at,
    )
