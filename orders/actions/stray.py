"""Money nobody expected: written down, given back at once, shown and told."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from common.actor import Actor
from common.kick import kick
from orders.messages import queue_money_returned
from orders.models import Kind, Operation, Order, State
from orders.timeline import What, record
from payments.gateway import Snapshot
from payments.models import GatewayAccount

LEASE = timedelta(seconds=30)


def return_stray(
    order: Order,
    snapshot: Snapshot,
    account: GatewayAccount,
    *,
    reason: str,
    at: datetime,
    contact: str = "",
) -> Operation:
    """Reserve the return of an authorization that is not the order's, on a locked order.

    Captured money is refunded, reserved money voided. Heard of again, nothing
    is given back twice; only after the gateway declined is it tried anew. The
    payer is told at `contact`.
    """
    earlier = Operation.objects.filter(
        order=order, is_stray=True, gateway_account=account, payment_reference=snapshot.payment_reference
    ).order_by("requested_at")
    tries = list(earlier)
    if tries and tries[-1].state != State.DECLINED:
        return tries[-1]
    operation = Operation.objects.create(
        order=order,
        kind=Kind.REFUND if snapshot.captured_amount else Kind.VOID,
        amount=snapshot.captured_amount or snapshot.amount,
        currency=snapshot.currency,
        is_stray=True,
        key=_key(account, snapshot.payment_reference, len(tries)),
        gateway_account=account,
        payment_reference=snapshot.payment_reference,
        reason=reason,
        origin=Actor.system().origin,
        requested_at=at,
        next_check_at=at + LEASE,
    )
    if not tries:
        data = {"reason": reason, "currency": snapshot.currency, "label": snapshot.label}
        by = Actor.gateway(account.provider)
        record(order, What.STRAY_FOUND, by=by, at=at, amount=snapshot.amount, operation=operation, data=data)
        queue_money_returned(order, operation, at=at, contact=contact)
    kick("orders.tasks.run_operation", str(operation.pk))
    return operation


def _key(account: GatewayAccount, payment_reference: str, tries: int) -> str:
    digest = hashlib.sha256(f"{account.pk}:{payment_reference}:{tries}".encode()).hexdigest()
    return f"stray-{digest[:48]}"
