"""Every write to messages. Delivery is bookkeeping: it records no event of its own;
the owner of a message is told by the task named in the row."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from common.actor import Actor
from common.db import refuse_transaction
from common.kick import kick, publish
from messaging import transport
from messaging.models import Message
from messaging.render import Rendered
from messaging.sms import RefusedError

log = structlog.get_logger(__name__)

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
LEASE = timedelta(minutes=6)  # longer than a task may run (5 minutes): nobody else sends meanwhile
HANDED = timedelta(minutes=1)
BATCH = 500

Render = Callable[[Message], Rendered | None]
State = Message.State
_UNDER_WAY = (State.QUEUED, State.SENDING)


def queue(
    *,
    kind: str,
    task: str,
    channel: str,
    recipient: str,
    language: str,
    at: datetime,
    subject_id: uuid.UUID | None = None,
    order_id: uuid.UUID | None = None,
    merchant_id: int | None = None,
    told_task: str = "",
    by: Actor | None = None,
    key: uuid.UUID | None = None,
    due: datetime | None = None,
) -> Message:
    """Write a message down; a worker is asked after the commit, a sweep if that fails.

    `task` is the owner's Celery task: it is given the id and calls `deliver` with its
    renderer. `told_task` is given the id when the message settles. `key` is the id of
    the new message, for a form that may be posted twice. `due` is when it may leave, if
    later: until then more can be said in it.
    """
    message = Message.objects.create(
        **({"pk": key} if key else {}),  # the field's own default draws the others
        kind=kind,
        task=task,
        channel=channel,
        recipient=recipient,
        language=language,
        subject_id=subject_id,
        order_id=order_id,
        merchant_id=merchant_id,
        told_task=told_task,
        origin=by.origin if by else "",
        actor=by.label if by else "",
        created_at=at,
        next_at=due or at,
    )
    kick("messaging.tasks.pump")
    return message


def hold_back(waiting: Q, *, at: datetime, due: datetime) -> bool:
    """Keep a message that waits to leave until `due`, for there is more to say in it.

    False when none of these waits any more. Locked until the caller's commit: whoever
    delivers it afterwards sees what was written in that transaction.
    """
    still = Message.objects.filter(waiting, state=State.QUEUED, attempts=0, next_at__gt=at)
    message = still.select_for_update(no_key=True, skip_locked=True).order_by("created_at").first()
    if message is None:
        return False
    message.next_at = due
    message.save(update_fields=["next_at"])
    return True


def deliver(message_id: uuid.UUID | str, render: Render, at: datetime) -> str | None:
    """Render and send one due message, once; returns its new state, None when it is not due.

    A renderer that returns None says the message is no longer wanted. Nothing is locked
    while the provider is spoken to: the claim is committed with a lease before.
    """
    refuse_transaction()
    message = _claim(message_id, at)
    if message is None:
        return None
    if message.attempts > len(BACKOFF) + 1:  # each try before took its worker down
        return _settle(message, State.FAILED, at, error=_("Sending was cut off every time."))
    try:
        with translation.override(message.language):
            rendered = render(message)
            if rendered is None:
                return _settle(message, State.DROPPED, at, error=_("No longer wanted."))
            provider_id = transport.send(message, rendered)
    except RefusedError as error:
        return _settle(message, State.FAILED, at, error=str(error))
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the row must say so and be tried again
        return _retry(message, at, error)
    return _settle(message, State.SENT, at, provider_id=provider_id, sent_at=at)


def _claim(message_id: uuid.UUID | str, at: datetime) -> Message | None:
    with transaction.atomic(durable=True):
        due = Message.objects.filter(pk=message_id, state__in=_UNDER_WAY, next_at__lte=at)
        message = due.select_for_update(skip_locked=True, no_key=True).first()
        if message is None:
            return None
        message.state = State.SENDING
        message.attempts += 1
        message.next_at = at + LEASE
        message.save(update_fields=["state", "attempts", "next_at"])
    return message


def _retry(message: Message, at: datetime, error: Exception) -> str:
    words = f"{type(error).__name__}: {error}"[:300]
    log.warning("message.failed", message=str(message.pk), attempts=message.attempts, error=words)
    if message.attempts > len(BACKOFF):
        return _settle(message, State.FAILED, at, error=words)
    Message.objects.filter(pk=message.pk, state=State.SENDING).update(
        state=State.QUEUED,
        error=words,
        next_at=at + BACKOFF[message.attempts - 1],
        handed_until=None,
    )
    return State.QUEUED


def _settle(
    message: Message,
    state: str,
    at: datetime,
    *,
    error: str = "",
    provider_id: str = "",
    sent_at: datetime | None = None,
) -> str:
    # the provider's word that it bounced may have come before its answer, and stays
    is_booked = (
        Message.objects.filter(pk=message.pk)
        .exclude(state=State.BOUNCED)
        .update(
            state=state,
            error=error[:300],
            provider_id=provider_id[:200],
            sent_at=sent_at,
            settled_at=at,
            told_at=None,
        )
    )
    if not is_booked:
        Message.objects.filter(pk=message.pk).update(provider_id=provider_id[:200], sent_at=sent_at)
        return State.BOUNCED
    if message.told_task:
        kick("messaging.tasks.tell", str(message.pk))
    return state


def bounce(message_ids: Q, reason: str, at: datetime) -> int:
    """Book that the provider took a message but could not deliver it; how many were.

    It may say so before its answer to the sending is booked, or when that answer was lost
    and the message waits for another try: then there is none.
    """
    bounced = 0
    bounceable = Message.objects.filter(state__in=(*_UNDER_WAY, State.SENT))
    for message in bounceable.filter(message_ids):
        bounceable.filter(pk=message.pk).update(
            state=State.BOUNCED,
            error=(reason or _("The address does not take mail."))[:300],
            settled_at=at,
            told_at=None,
        )
        bounced += 1
        if message.told_task:
            kick("messaging.tasks.tell", str(message.pk))
    return bounced


def tell(message_id: uuid.UUID | str, at: datetime) -> bool:
    """Tell the owner once what became of a settled message; False when the broker is away."""
    message = Message.objects.filter(pk=message_id, settled_at__isnull=False, told_at=None).first()
    if message is None or not message.told_task:
        return True
    told = publish(message.told_task, str(message.pk))
    if told:
        # only this outcome was told: a bounce that came meanwhile is told on its own
        Message.objects.filter(pk=message.pk, state=message.state).update(told_at=at)
    return told


def hand_over(at: datetime) -> int:
    """Publish the due messages to their owners' tasks, oldest first; how many were handed over.

    Marked before they are published, so that the many who ask do not publish them twice.
    """
    due = Q(state__in=_UNDER_WAY, next_at__lte=at) & (Q(handed_until=None) | Q(handed_until__lte=at))
    with transaction.atomic():
        rows = Message.objects.filter(due).order_by("next_at")
        batch = list(rows.select_for_update(skip_locked=True, no_key=True).only("pk", "task")[:BATCH])
        keys = [message.pk for message in batch]
        Message.objects.filter(pk__in=keys).update(handed_until=at + HANDED)
    for number, message in enumerate(batch):
        if not publish(message.task, str(message.pk)):
            Message.objects.filter(pk__in=keys[number:]).update(handed_until=None)
            return number
    return len(batch)


def forget(kind: str, before: datetime) -> int:
    """Delete settled messages of a kind nobody needs to look up again."""
    old = Message.objects.filter(kind=kind, settled_at__lt=before)
    return old.delete()[0]
