"""Sweeps over rows that stand still: who goes on, how long they rest, when a run has had its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import F, QuerySet

log = structlog.get_logger(__name__)

LONGEST_REST = timedelta(minutes=15)
BATCH = 200
RUN_SECONDS = 20.0  # a silent gateway must not keep a worker from everybody's mail


def sweep(rows: QuerySet[Any], act: Callable[[Any], object], *, at: datetime, first: timedelta) -> int:
    """Act on each due row (`next_check_at`, `checks`), oldest first; answers how many were tried.

    A row is pushed away by doubling rests before it is acted on, so that one
    poisoned row keeps nobody waiting, and what is left waits for the next run.
    """
    end = time.monotonic() + RUN_SECONDS
    tried = 0
    due = rows.filter(next_check_at__lte=at).order_by("next_check_at")
    for key, checks in list(due.values_list("pk", "checks")[:BATCH]):
        if time.monotonic() > end:
            break
        rest = min(first * 2 ** min(checks, 10), LONGEST_REST)
        # Two sweeps at once: the one whose UPDATE counts goes on.
        mine = due.filter(pk=key, checks=checks)
        if mine.update(checks=F("checks") + 1, next_check_at=at + rest) != 1:
            continue
        tried += 1
        try:
            act(key)
        except Exception:
            log.exception("sweep.failed", model=rows.model.__name__, row=str(key))
    return tried
