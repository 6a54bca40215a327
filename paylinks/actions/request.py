"""The customer asks for a new link on the expired page."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from common.actor import Actor
from orders.states import Status
from orders.timeline import What, record
from paylinks.actions.lock import locked
from paylinks.models import PaymentLink
from paylinks.states import LinkStatus

ASK_WITHIN = timedelta(days=30)  # longer dead links answer nothing


def can_ask(link: PaymentLink, at: datetime) -> bool:
    """On an expired current link of a pending order, within 30 days, once."""
    expired = link.status_at(at) == LinkStatus.EXPIRED and link.is_current
    return expired and link.order.status == Status.PENDING and at < link.expires_at + ASK_WITHIN


@transaction.atomic(durable=True)
def request_new_link(link_id: uuid.UUID, *, at: datetime) -> bool:
    """Note the wish for staff to see; sends nothing, counts once. False when not possible."""
    link = locked(link_id)
    if not can_ask(link, at):
        return False
    if link.requested_at is None:
        link.requested_at = at
        link.save(update_fields=["requested_at"])
        record(link.order, What.LINK_REQUESTED, by=Actor.customer(), at=at, data={"number": link.number})
    return True
