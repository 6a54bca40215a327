"""Capture an order: reserve, call, settle."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from orders import operations
from orders.actions.lock import check_version, locked
from orders.actions.place import freeze_lines
from orders.models import Kind, Operation, Order
from orders.rules import Verb, obstacle

LEASE = timedelta(seconds=30)  # longer than the gateway's timeouts; then the sweep takes over


def capture_order(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> Operation:
    """Capture all that is left of an order and answer the operation as it stands then.

    `key` names this wish: posted twice it is done once. Raises DomainError when
    a rule forbids it or the order changed since `version`; an outcome nobody
    knows is answered as an operation in state `unknown`, never as a failure.
    """
    operation = request_capture(order_id, key=key, version=version, access=access, by=by, at=at)
    return operations.run(operation.pk)


@transaction.atomic(durable=True)
def request_capture(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> Operation:
    """Reserve the capture under the order's lock; the same key answers the same operation."""
    order = locked(order_id, access=access)
    name = f"capture-{uuid.uuid5(order.pk, key)}"  # a key of this order only, and within 64 characters
    earlier = Operation.objects.filter(key=name).first()
    if earlier is not None:
        return earlier
    found = obstacle(order, Verb.CAPTURE, access, at)
    if found is not None:
        raise found.error()
    check_version(order, version)
    return reserve_capture(order, name, by=by, at=at)


def reserve_capture(order: Order, key: str, *, by: Actor, at: datetime, automatic: bool = False) -> Operation:
    """Write the operation and count its sum as in flight, on a locked and checked order."""
    operation = Operation.objects.create(
        order=order,
        kind=Kind.CAPTURE,
        amount=order.capturable_amount,
        currency=order.currency,
        is_automatic=automatic,
        key=key,
        gateway_account=order.paying_account,
        payment_reference=order.payment_reference,
        origin=by.origin,
        actor=by.label,
        user_id=by.user_id,
        requested_at=at,
        next_check_at=at + LEASE,
    )
    freeze_lines(order, operation)
    order.capturing_amount += operation.amount
    order.version += 1
    order.changed_at = at
    order.save(update_fields=["capturing_amount", "version", "changed_at"])
    return operation


def reserve_auto_capture(order: Order, *, at: datetime) -> Operation | None:
    """Reserve the capture chosen when the order was created; None when it is not to be.

    Part of the transaction that authorizes, so it cannot be forgotten.
    """
    if not order.auto_capture or obstacle(order, Verb.CAPTURE, None, at) is not None:
        return None
    by = Actor.system(order.auto_capture_by)
    return reserve_capture(order, f"auto-{order.pk}", by=by, at=at, automatic=True)
