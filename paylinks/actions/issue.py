"""Issue a link for a pending order: the row, the event, the message."""

from __future__ import annotations

import uuid
from datetime import datetime

from common.actor import Actor
from messaging.actions import queue
from messaging.models import Channel
from orders.models import Order
from orders.timeline import What, record
from paylinks.models import LIFETIME, PaymentLink


def issue_link(
    order: Order,
    *,
    recipient: str,
    number: int,
    by: Actor,
    at: datetime,
    form_key: uuid.UUID | None = None,
) -> PaymentLink:
    """Write a link that lives 48 hours from `at`, for an order whose row this transaction holds."""
    link = PaymentLink.objects.create(
        order=order,
        merchant_id=order.merchant_id,
        store_id=order.store_id,
        number=number,
        revision=order.revision,
        channel=Channel.of(recipient),
        recipient=recipient,
        created_at=at,
        expires_at=at + LIFETIME,
        created_by=by.label,
        created_by_id=by.user_id,
        form_key=form_key,
    )
    data = {"recipient": recipient, "channel": link.channel, "number": number, "link": str(link.pk)}
    record(order, What.LINK_CREATED, by=by, at=at, data=data)
    queue_link(link, order, by=by, at=at)
    return link


def queue_link(link: PaymentLink, order: Order, *, by: Actor, at: datetime) -> None:
    """Queue the invitation; its address is derived when it is rendered, never stored."""
    queue(
        kind="link.invitation",
        task="paylinks.tasks.deliver_message",
        channel=link.channel,
        recipient=link.recipient,
        language=order.language,
        at=at,
        subject_id=link.pk,
        order_id=order.pk,
        merchant_id=order.merchant_id,
        told_task="paylinks.tasks.message_settled",
        by=by,
    )
