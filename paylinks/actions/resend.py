"""Resend: a fresh 48-hour link replaces the current one."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from messaging.limits import check_sending
from messaging.models import Channel
from orders.models import Order
from paylinks.actions.issue import issue_link
from paylinks.actions.lock import locked
from paylinks.actions.retire import retire_link
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, obstacle
from paylinks.settle import after_closing, refuse_begun


def resend_link(
    link_id: uuid.UUID,
    *,
    access: Access | None,
    by: Actor,
    at: datetime,
    recipient: str = "",
) -> PaymentLink:
    """Issue a new link in place of `link_id`; an empty recipient keeps the old one.

    A running attempt is closed at the gateway first. Raises DomainError:
    `just_paid` when it has succeeded meanwhile, `attempt_unknown` when the
    gateway does not answer, `replaced` when somebody was faster.
    """
    links = PaymentLink.objects.visible_to(access) if access is not None else PaymentLink.objects.all()
    link = links.select_related("order__store__merchant").get(pk=link_id)
    found = obstacle(link, LinkVerb.RESEND, access, at)
    if found is not None:
        raise found.error()
    target = recipient or link.recipient
    check_sending(
        person=str(by.user_id),
        store=link.order.store.mid,
        recipient=target,
        country=link.order.country,
        channel=Channel.of(target),
    )
    done: PaymentLink = after_closing(
        link.order_id, lambda: _replace(link_id, target, access=access, by=by, at=at), by=by, at=at
    )
    return done


@transaction.atomic(durable=True)
def _replace(link_id: uuid.UUID, recipient: str, *, access: Access | None, by: Actor, at: datetime) -> PaymentLink:
    old = locked(link_id, access=access)
    refuse_begun(old.order_id)
    found = obstacle(old, LinkVerb.RESEND, access, at)
    if found is not None:
        raise found.error()
    retire_link(old, by=by, at=at)
    _correct_contact(old.order, old.recipient, recipient)
    new = issue_link(old.order, recipient=recipient, number=old.number + 1, by=by, at=at)
    PaymentLink.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def _correct_contact(order: Order, before: str, after: str) -> None:
    if before == after:
        return
    order.email, order.phone = (after, "") if "@" in after else ("", after)
    order.search_text = order.search_words()
    order.save(update_fields=["email", "phone", "search_text"])
