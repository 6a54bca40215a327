"""Celery entry points of developers."""

from __future__ import annotations

import structlog
from celery import shared_task

from common import clock
from developers import actions

log = structlog.get_logger(__name__)


@shared_task
def prune_logs() -> None:
    """Forget calls that are older than the retention."""
    pruned = actions.prune_logs(clock.now())
    if pruned:
        log.info("request_log.pruned", rows=pruned)
