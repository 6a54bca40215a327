"""The nightly audit's own book: where a run began, how far it came, what it found.

Bookkeeping of a job: what it finds is recorded with each order.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from orders.models import AuditRun

_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended('orders.auditrun', 0))"


@transaction.atomic(durable=True)
def open_run(at: datetime, *, night: datetime) -> AuditRun | None:
    """The run that is not finished, or this night's, which looks at what changed since the last one began.

    None when one has begun since `night`: two schedulers do not make two runs.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAIT)
    running = AuditRun.objects.filter(finished_at=None).first()
    if running is not None:
        return running
    last = AuditRun.objects.order_by("-started_at", "-pk").first()
    if last and last.started_at >= night:
        return None
    since, again = (last.started_at, last.unanswered) if last else (None, [])
    return AuditRun.objects.create(started_at=at, since=since, again=again)


def advance_run(
    run: AuditRun, ids: Sequence[uuid.UUID], *, differences: int, unanswered: Sequence[uuid.UUID], at: datetime
) -> bool:
    """Note one batch; without `ids` the run is finished. False when somebody else went on from there."""
    mine = AuditRun.objects.filter(pk=run.pk, last_id=run.last_id, finished_at=None)
    if not ids:
        return mine.update(finished_at=at) == 1
    return (
        mine.update(
            last_id=ids[-1],
            orders=F("orders") + len(ids),
            differences=F("differences") + differences,
            unanswered=[*run.unanswered, *map(str, unanswered)],
        )
        == 1
    )
