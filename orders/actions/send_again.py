"""Send again: a message to the customer goes out once more, as the order is now."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from common import times
from common.actor import Actor
from common.errors import DomainError
from messaging.actions import queue
from messaging.limits import check_sending
from messaging.models import Channel, Message
from orders.actions.lock import check_version, locked, refuse
from orders.entries import actor_words
from orders.letters import again_obstacle, newest_copy, recipients_of
from orders.messages import TASK, TOLD
from orders.models import Order


@transaction.atomic(durable=True)
def send_again(
    order_id: uuid.UUID,
    message_id: uuid.UUID,
    *,
    recipient: str,
    key: uuid.UUID,
    version: int | None = None,
    seen: uuid.UUID | None = None,
    access: Access,
    by: Actor,
    at: datetime,
) -> Message:
    """Queue the message once more for `recipient`; the same `key` again is the same wish.

    Raises DomainError: what stands in the way, `stale` with who did what when it was sent again
    after the copy `seen` or somebody acted since `version`, `other_contact` for somebody it is
    not for, `too_many_messages` for more than somebody should be sent.
    """
    order = locked(order_id, access=access)
    wish = uuid.uuid5(order.pk, f"again-{message_id}-{key}")  # no form can name a message that is there already
    earlier = Message.objects.filter(pk=wish).first()
    if earlier is not None:
        return earlier
    message = Message.objects.get(pk=message_id, order_id=order.pk, task=TASK)
    _check_copies(message, seen)
    _check(order, message, recipient, version, access)
    channel = Channel.of(recipient)
    # counted under the lock, so that a form pressed twice counts once
    check_sending(
        person=str(by.user_id), store=order.store.mid, recipient=recipient, country=order.country, channel=channel
    )
    return queue(
        kind=message.kind,
        task=TASK,
        channel=channel,
        recipient=recipient,
        language=order.language,
        at=at,
        subject_id=message.subject_id,
        order_id=order.pk,
        merchant_id=order.merchant_id,
        told_task=TOLD,
        by=by,
        key=wish,
    )


def _check_copies(message: Message, seen: uuid.UUID | None) -> None:
    """Raise DomainError `stale` when somebody has sent it again since: the version does not rise for that."""
    copy = newest_copy(message)
    if seen is None or copy.pk == seen:
        return
    words = _("%(who)s has sent it again meanwhile, %(time)s, to %(recipient)s. Nothing more was sent.")
    who, time = actor_words(copy.origin, copy.actor), times.stamp(copy.created_at)
    raise DomainError("stale", words % {"who": who, "time": time, "recipient": copy.recipient})


def _check(order: Order, message: Message, recipient: str, version: int | None, access: Access) -> None:
    """Raise DomainError when it cannot go out again as it was asked, or not to this recipient."""
    found = again_obstacle(order, message, access)
    if found is not None:
        refuse(order, found, version)
    check_version(order, version)
    if recipient not in recipients_of(order, message):
        raise DomainError("other_contact", _("The order's contact has changed meanwhile. Look who it goes to now."))
