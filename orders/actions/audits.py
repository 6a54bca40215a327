"""The nightly audit's own book: where a run began, how far it came, what it found.

Bookkeeping of a job: what it finds is recorded with each order.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from orders.models import AuditRun


@transaction.atomic
def open_run(at: datetime) -> AuditRun:
    """The run that is not finished, or a new one that looks at what changed since the last one began."""
    running = AuditRun.objects.filter(finished_at=None).first()
    if running is not None:
        return running
    last = AuditRun.objects.order_by("-started_at", "-pk").first()
    since, again = (last.started_at, last.unanswered) if last else (None, [])
    # two at once: the constraint lets one begin, the other reads it
    return AuditRun.objects.get_or_create(
        finished_at=None, defaults={"started_at": at, "since": since, "again": again}
    )[0]


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
