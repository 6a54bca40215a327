"""What a customer is told about an order: queued with the event, written by `wording` when it leaves."""

from __future__ import annotations

import uuid
from datetime import datetime

from common.actor import Actor
from messaging.actions import queue
from messaging.models import Channel, Message
from orders import together
from orders.models import Operation, Order

TASK = "orders.tasks.deliver_message"
TOLD = "orders.tasks.message_settled"
CONFIRMATION = "order.confirmation"
MONEY_RETURNED = "order.money_returned"
CANCELLED = "order.cancelled"
REFUNDED = "order.refunded"
VOIDED = "order.voided"
RELEASED = "order.released"
EDITED = "order.edited"
CUSTOMER_EDITED = "order.customer_edited"
CONTACT_MOVED = "order.contact_moved"


def queue_confirmation(order: Order, *, at: datetime) -> None:
    """Confirm a payment to the customer, once per order; the caller holds the order's lock."""
    _queue_once(order, CONFIRMATION, order.pk, at, by=Actor.customer())


def queue_money_returned(order: Order, operation: Operation, *, at: datetime, contact: str = "") -> None:
    """Tell whoever paid that money nobody expected goes back, once per operation.

    `contact` is what the payer typed; the order's own contact may be another person by now.
    """
    _queue_once(order, MONEY_RETURNED, operation.pk, at, contact)


def queue_cancelled(order: Order, *, at: datetime) -> None:
    """Tell the customer that the gateway refused after its review and nothing was charged."""
    _queue_once(order, CANCELLED, order.pk, at)


def queue_refunded(order: Order, operation: Operation, *, at: datetime) -> None:
    """Tell the customer what was refunded: once per refund, or once for those confirmed in one step."""
    if operation.wish is None:
        _queue_once(order, REFUNDED, operation.pk, at, by=operation.by)
    elif not together.is_joined(operation, REFUNDED, at=at):
        _queue_once(order, REFUNDED, operation.pk, at, by=operation.by, due=at + together.PAUSE)


def queue_voided(order: Order, *, by: Actor, at: datetime) -> None:
    """Tell the customer that the shop cancelled the order: nothing was charged, or what was charged is paid back."""
    _queue_once(order, VOIDED, order.pk, at, by=by)


def queue_released(order: Order, operation: Operation, *, at: datetime) -> None:
    """Tell the customer that the rest of the order is cancelled, once per release."""
    _queue_once(order, RELEASED, operation.pk, at, by=operation.by)


def queue_customer_edited(order: Order, edit: uuid.UUID, *, old_contact: str, by: Actor, at: datetime) -> None:
    """Tell the customer what was edited; an old contact is told of nothing but that it is no longer used."""
    _queue_once(order, CUSTOMER_EDITED, edit, at, by=by)
    if old_contact != (order.email or order.phone):
        _queue_once(order, CONTACT_MOVED, edit, at, old_contact, by=by)


def queue_edited(order: Order, revision: int, *, by: Actor, at: datetime) -> None:
    """Tell the customer the old and the new total and the lines, once per edit."""
    _queue_once(order, EDITED, edit_id(order, revision), at, by=by)


def edit_id(order: Order, revision: int) -> uuid.UUID:
    """What a message calls the edit that made a revision current."""
    return uuid.uuid5(order.pk, f"revision {revision}")


def _queue_once(
    order: Order,
    kind: str,
    subject_id: uuid.UUID,
    at: datetime,
    contact: str = "",
    *,
    by: Actor | None = None,
    due: datetime | None = None,
) -> None:
    if Message.objects.filter(subject_id=subject_id, kind=kind).exists():
        return
    recipient = contact or order.email or order.phone
    queue(
        kind=kind,
        task=TASK,
        channel=Channel.of(recipient),
        recipient=recipient,
        language=order.language,
        at=at,
        subject_id=subject_id,
        order_id=order.pk,
        merchant_id=order.merchant_id,
        told_task=TOLD,
        by=by or Actor.system(),
        due=due,
    )
