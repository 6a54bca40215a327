"""What became of a message to the customer, written on the order's timeline."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from common.actor import Actor, Origin
from messaging.models import Message
from orders.actions.lock import locked
from orders.models import Event
from orders.timeline import What, record

LOST = frozenset({Message.State.FAILED, Message.State.BOUNCED})


@transaction.atomic(durable=True)
def book_message(
    message_id: uuid.UUID, *, at: datetime, on_lost: Callable[[Message, datetime], None] | None = None
) -> None:
    """Write down once per outcome that a message was sent or lost; `on_lost` tells who has to know.

    One that was no longer wanted is not sent, and nothing happened.
    """
    message = Message.objects.filter(pk=message_id, settled_at__isnull=False).first()
    if message is None or message.order_id is None:
        return
    order = locked(message.order_id)
    # Read again under the lock: a bounce may have come meanwhile, and is told on its own.
    message.refresh_from_db(fields=["state", "error", "settled_at"])
    is_lost = message.state in LOST
    if message.state != Message.State.SENT and not is_lost:
        return
    what = What.MESSAGE_FAILED if is_lost else What.MESSAGE_SENT
    if Event.objects.filter(order=order, kind=what, data__message=str(message.pk)).exists():
        return
    record(order, what, by=_causer(message), at=message.settled_at or at, data=_data(message))
    if is_lost and on_lost is not None:
        on_lost(message, at)


def _causer(message: Message) -> Actor:
    """The member who pressed the button; what follows from anything else the system does."""
    return Actor(Origin.MEMBER, message.actor) if message.origin == Origin.MEMBER else Actor.system()


def _data(message: Message) -> dict[str, str]:
    data = {
        "message": str(message.pk),
        "about": message.kind,
        "recipient": message.recipient,
        "channel": message.channel,
    }
    return {**data, "reason": message.error} if message.state in LOST else data
