"""Cancel a link; its never-paid order stays pending."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from orders.models import Event
from orders.timeline import What, record
from paylinks.actions.lock import locked
from paylinks.meanwhile import check_unchanged, refuse
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, obstacle
from paylinks.settle import after_closing, refuse_begun
from paylinks.states import LinkStatus


def cancel_link(
    link_id: uuid.UUID,
    *,
    access: Access | None,
    by: Actor,
    at: datetime,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> PaymentLink:
    """Close the link for the customer; a running attempt is closed at the gateway first.

    The same `key` again is the same wish. Raises DomainError `just_paid`,
    `attempt_unknown` or `stale` as resending does, or the obstacle of the rules.
    """
    links = PaymentLink.objects.visible_to(access) if access is not None else PaymentLink.objects.all()
    link = links.select_related("order").get(pk=link_id)
    wish = key.hex if key else ""
    if _was_done(link, wish):
        return link
    _guard(link, version, access, at)
    act = partial(_close, link_id, wish=wish, version=version, access=access, by=by, at=at)
    done: PaymentLink = after_closing(link.order_id, act, by=by, at=at)
    return done


@transaction.atomic(durable=True)
def _close(
    link_id: uuid.UUID, *, wish: str, version: int | None, access: Access | None, by: Actor, at: datetime
) -> PaymentLink:
    link = locked(link_id, access=access)
    if _was_done(link, wish):
        return link  # the same form, posted twice at once: the first has finished meanwhile
    refuse_begun(link.order_id)
    _guard(link, version, access, at)
    link.move_to(LinkStatus.CANCELLED)
    link.cancelled_at = at
    link.cancelled_by = by.label
    link.save(update_fields=["status", "cancelled_at", "cancelled_by"])
    record(link.order, What.LINK_CANCELLED, by=by, at=at, data={"number": link.number, "wish": wish})
    return link


def _was_done(link: PaymentLink, wish: str) -> bool:
    done = Event.objects.filter(order=link.order_id, kind=What.LINK_CANCELLED, data__wish=wish)
    return bool(wish) and done.exists()


def _guard(link: PaymentLink, version: int | None, access: Access | None, at: datetime) -> None:
    """Raise the rules' obstacle, or `stale` when somebody acted since the form was shown."""
    found = obstacle(link, LinkVerb.CANCEL, access, at)
    if found is not None:
        refuse(link.order, found, version)
    check_unchanged(link.order, version)
