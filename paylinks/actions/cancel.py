"""Cancel a link; its never-paid order stays pending."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from orders.timeline import What, record
from paylinks.actions.lock import locked
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, obstacle
from paylinks.settle import after_closing, refuse_begun
from paylinks.states import LinkStatus


def cancel_link(link_id: uuid.UUID, *, access: Access | None, by: Actor, at: datetime) -> PaymentLink:
    """Close the link for the customer; a running attempt is closed at the gateway first.

    Raises DomainError `just_paid` or `attempt_unknown` as resending does, or the
    obstacle of the rules.
    """
    links = PaymentLink.objects.visible_to(access) if access is not None else PaymentLink.objects.all()
    link = links.select_related("order").get(pk=link_id)
    found = obstacle(link, LinkVerb.CANCEL, access, at)
    if found is not None:
        raise found.error()
    act = partial(_close, link_id, access=access, by=by, at=at)
    done: PaymentLink = after_closing(link.order_id, act, by=by, at=at)
    return done


@transaction.atomic(durable=True)
def _close(link_id: uuid.UUID, *, access: Access | None, by: Actor, at: datetime) -> PaymentLink:
    link = locked(link_id, access=access)
    refuse_begun(link.order_id)
    found = obstacle(link, LinkVerb.CANCEL, access, at)
    if found is not None:
        raise found.error()
    link.move_to(LinkStatus.CANCELLED)
    link.cancelled_at = at
    link.cancelled_by = by.label
    link.save(update_fields=["status", "cancelled_at", "cancelled_by"])
    record(link.order, What.LINK_CANCELLED, by=by, at=at, data={"number": link.number})
    return link
