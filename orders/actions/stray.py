"""Money nobody expected: written down, given back at once, shown and told."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from common.actor import Actor
from common.kick import kick
from orders.messages import queue_money_returned
from orders.models import Kind, Operation, Order
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

    Charged money is refunded, reserved money voided. The key is the payment's,
    so however often we hear of it, it goes back once. The payer is told at
    `contact`.
    """
    kind = Kind.REFUND if snapshot.charged_at_once or snapshot.captured_amount else Kind.VOID
    operation, created = Operation.objects.get_or_create(
        key=_key(account, snapshot.payment_reference),
        defaults={
            "order": order,
            "kind": kind,
            "amount": snapshot.amount,
            "currency": snapshot.currency,
            "is_stray": True,
            "gateway_account": account,
            "payment_reference": snapshot.payment_reference,
            "reason": reason,
            "origin": Actor.system().origin,
            "requested_at": at,
            "next_check_at": at + LEASE,
        },
    )
    if created:
        data = {"reason": reason, "currency": snapshot.currency, "label": snapshot.label}
        by = Actor.gateway(account.provider)
        record(order, What.STRAY_FOUND, by=by, at=at, amount=snapshot.amount, operation=operation, data=data)
        queue_money_returned(order, operation, at=at, contact=contact)
        kick("orders.tasks.run_operation", str(operation.pk))
    return operation


def _key(account: GatewayAccount, payment_reference: str) -> str:
    digest = hashlib.sha256(f"{account.pk}:{payment_reference}".encode()).hexdigest()
    return f"stray-{digest[:48]}"
