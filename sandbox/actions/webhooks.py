"""What merchants are told: a row first, sent by a worker, again until they answer."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from common.kick import kick
from sandbox.actions.controls import panel
from sandbox.models import Control, Session, Webhook
from sandbox.snapshots import session_json

DELIVER = "sandbox.tasks.deliver_webhooks"
HELD_BACK = timedelta(seconds=20)  # how long "out of order" keeps the first event behind
LEASE = timedelta(seconds=60)  # a sender that dies is taken over after this long
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600))
Mode = Control.Webhooks


def tell(session: Session, kind: str, *, at: datetime, key: str = "", is_withheld: bool = False) -> None:
    """Write down one event with the session as it is now, in the way the panel says."""
    if not session.webhook_url:
        return
    mode = panel().webhooks
    queued = Webhook(
        session=session,
        kind=kind,
        to=session.webhook_url,
        payload=_payload(session, kind, key, at),
        created_at=at,
        next_at=at,
    )
    if is_withheld or mode == Mode.NEVER:
        queued.state = Webhook.State.WITHHELD
    elif mode == Mode.OUT_OF_ORDER and not _has_queued(session):
        queued.next_at = at + HELD_BACK
    queued.save(force_insert=True)
    if queued.state == Webhook.State.QUEUED and mode == Mode.TWICE:
        _again(queued)
    kick(DELIVER)


def _payload(session: Session, kind: str, key: str, at: datetime) -> dict[str, object]:
    body = {"key": key, "session": session_json(session, at)}
    return {"type": kind, "timestamp": at.isoformat(), "data": body}


def _has_queued(session: Session) -> bool:
    return Webhook.objects.filter(session=session, state=Webhook.State.QUEUED).exists()


def _again(webhook: Webhook) -> None:
    webhook.pk = None
    webhook.save(force_insert=True)


def resend(webhook_id: int, at: datetime) -> None:
    """Send the same event once more, as a row of its own."""
    webhook = Webhook.objects.get(pk=webhook_id)
    webhook.pk = None
    webhook.state = Webhook.State.QUEUED
    webhook.attempts = 0
    webhook.last_answer = ""
    webhook.created_at = webhook.next_at = at
    webhook.save(force_insert=True)
    kick(DELIVER)


@transaction.atomic
def claim(at: datetime, limit: int = 20) -> list[Webhook]:
    """Take due rows for sending. The lease brings back what a dead sender had taken."""
    due = (
        Webhook.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=Webhook.State.QUEUED, next_at__lte=at)
        .select_related("session")
        .order_by("next_at", "pk")[:limit]
    )
    rows = list(due)
    for row in rows:
        row.attempts += 1
        row.next_at = at + LEASE
    Webhook.objects.bulk_update(rows, ["attempts", "next_at"])
    return rows


def answered(webhook: Webhook, *, is_taken: bool, words: str, at: datetime) -> None:
    """Book how one attempt went: done, again later, or given up."""
    tries = webhook.attempts
    state, next_at = Webhook.State.QUEUED, at
    if is_taken:
        state = Webhook.State.SENT
    elif tries > len(BACKOFF):
        state = Webhook.State.FAILED
    else:
        next_at = at + BACKOFF[tries - 1]
    Webhook.objects.filter(pk=webhook.pk, attempts=tries).update(state=state, next_at=next_at, last_answer=words[:200])


def event_key(event: uuid.UUID) -> str:
    """The event's id as merchants see it."""
    return f"evt_{event.hex}"
