"""Resend: a fresh 48-hour link replaces the current one."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from messaging.limits import check_sending
from messaging.models import Channel
from orders.models import Order
from paylinks.actions.issue import issue_link
from paylinks.actions.lock import locked
from paylinks.actions.retire import retire_link
from paylinks.meanwhile import check_unchanged, refuse
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
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> PaymentLink:
    """Issue a new link in place of `link_id`; an empty recipient keeps the old one.

    A running attempt is closed at the gateway first. The same `key` answers its
    link again. Raises DomainError: `just_paid` when the attempt has succeeded
    meanwhile, `attempt_unknown` when the gateway does not answer, `stale` when
    somebody acted since `version`, or the obstacle of the rules.
    """
    links = PaymentLink.objects.visible_to(access) if access is not None else PaymentLink.objects.all()
    link = links.select_related("order__store__merchant").get(pk=link_id)
    name = uuid.uuid5(link.order_id, f"resend-{key}") if key else None  # of this order only, whatever a form sends
    earlier = _earlier(name)
    if earlier is not None:
        return earlier
    _guard(link, version, access, at)
    target = recipient or link.recipient
    check_sending(
        person=str(by.user_id),
        store=link.order.store.mid,
        recipient=target,
        country=link.order.country,
        channel=Channel.of(target),
    )
    act = partial(_replace, link_id, target, name=name, version=version, access=access, by=by, at=at)
    done: PaymentLink = after_closing(link.order_id, act, by=by, at=at)
    return done


@transaction.atomic(durable=True)
def _replace(
    link_id: uuid.UUID,
    recipient: str,
    *,
    name: uuid.UUID | None,
    version: int | None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> PaymentLink:
    old = locked(link_id, access=access)
    earlier = _earlier(name)
    if earlier is not None:
        return earlier  # the same form, posted twice at once: the first has finished meanwhile
    refuse_begun(old.order_id)
    _guard(old, version, access, at)
    retire_link(old, by=by, at=at)
    _correct_contact(old.order, old.recipient, recipient)
    new = issue_link(old.order, recipient=recipient, number=old.number + 1, by=by, at=at, form_key=name)
    PaymentLink.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def _earlier(name: uuid.UUID | None) -> PaymentLink | None:
    return PaymentLink.objects.filter(form_key=name).first() if name else None


def _guard(link: PaymentLink, version: int | None, access: Access | None, at: datetime) -> None:
    """Raise the rules' obstacle, or `stale` when somebody acted since the form was shown."""
    found = obstacle(link, LinkVerb.RESEND, access, at)
    if found is not None:
        refuse(link.order, found, version)
    check_unchanged(link.order, version)


def _correct_contact(order: Order, before: str, after: str) -> None:
    if before == after:
        return
    order.email, order.phone = (after, "") if "@" in after else ("", after)
    order.search_text = order.search_words()
    order.save(update_fields=["email", "phone", "search_text"])
