"""The life of a document: asked for, claimed by one worker, made or failed, forgotten.

Bookkeeping only: what happened to an order is recorded by the owner of the order.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from common.kick import kick, publish
from documents.models import Content, Document

State = Document.State
IN_WORK = (State.QUEUED, State.RENDERING)

GRACE = timedelta(seconds=20)  # a kicked worker has usually begun by then
LEASE = timedelta(minutes=2)  # a slip takes a tenth of a second; then its worker is gone
ATTEMPTS = 5
KEPT = timedelta(days=30)  # how long an outdated document can still be looked up
_BATCH = 500


def request(
    *,
    kind: str,
    subject_id: uuid.UUID,
    merchant_id: int,
    fingerprint: str,
    filename: str,
    content_type: str,
    task: str,
    at: datetime,
) -> Document:
    """The document that shows `fingerprint`; asked for once, whoever asks and how often."""
    wish = Document(
        kind=kind,
        subject_id=subject_id,
        merchant_id=merchant_id,
        fingerprint=fingerprint,
        filename=filename,
        content_type=content_type,
        task=task,
        created_at=at,
        next_at=at + GRACE,
    )
    Document.objects.bulk_create([wish], ignore_conflicts=True)
    document = Document.objects.get(kind=kind, subject_id=subject_id, fingerprint=fingerprint)
    if document.pk == wish.pk:
        kick(task, str(document.pk))
    return document


def begin(document_id: uuid.UUID, at: datetime) -> Document | None:
    """Claim a queued document; None when another worker has it or it is gone."""
    queued = Document.objects.filter(pk=document_id, state=State.QUEUED)
    claimed = queued.update(state=State.RENDERING, attempts=F("attempts") + 1, next_at=at + LEASE, error="")
    return Document.objects.get(pk=document_id) if claimed else None


def finish(document_id: uuid.UUID, body: bytes, at: datetime) -> bool:
    """Store the bytes. False when a second worker, after a lost lease, was earlier.

    Call it inside a transaction: the row is claimed first, then the bytes are written.
    """
    waiting = Document.objects.filter(pk=document_id).exclude(state=State.READY)
    if not waiting.update(state=State.READY, ready_at=at, size=len(body), error=""):
        return False
    Content.objects.create(document_id=document_id, body=body)
    return True


def fail(document_id: uuid.UUID, error: str, at: datetime) -> None:
    """Say why it could not be made; it is not tried again by itself."""
    running = Document.objects.filter(pk=document_id, state__in=IN_WORK)
    running.update(state=State.FAILED, error=error[:300], next_at=at)


def retry(document: Document, at: datetime) -> None:
    """Queue a failed document again, with all its attempts; anything else stays as it is."""
    failed = Document.objects.filter(pk=document.pk, state=State.FAILED)
    if failed.update(state=State.QUEUED, attempts=0, error="", next_at=at + GRACE):
        kick(document.task, str(document.pk))
    document.refresh_from_db()


def discard(document: Document) -> None:
    """Drop a wish whose subject changed before it was made."""
    Document.objects.filter(pk=document.pk).exclude(state=State.READY).delete()


def sweep(at: datetime) -> int:
    """Hand documents that stand still to a worker again; answers how many.

    Queued again, and not due before the next lease ends: a late worker is not buried in repeats.
    """
    due = list(Document.objects.filter(state__in=IN_WORK, next_at__lte=at).order_by("next_at")[:_BATCH])
    for document in due:
        _again(document, at)
    return len(due)


def _again(document: Document, at: datetime) -> None:
    if document.attempts >= ATTEMPTS:
        fail(document.pk, _("Begun several times and never finished."), at)
        return
    # the state it was read in: a worker that has just finished or begun keeps its own
    unchanged = Document.objects.filter(pk=document.pk, state=document.state, next_at=document.next_at)
    if unchanged.update(state=State.QUEUED, next_at=at + LEASE):
        publish(document.task, str(document.pk))


def forget_outdated(at: datetime) -> int:
    """Delete what shows an older state of its subject, some weeks after it was made."""
    newer = Document.objects.filter(
        kind=OuterRef("kind"), subject_id=OuterRef("subject_id"), created_at__gt=OuterRef("created_at")
    )
    old = Document.objects.filter(Exists(newer), created_at__lt=at - KEPT).values_list("pk", flat=True)
    _total, counts = Document.objects.filter(pk__in=list(old[:_BATCH])).delete()
    return counts.get("documents.Document", 0)
