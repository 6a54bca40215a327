"""Publishing to Celery after the commit, once per kind, and never in anybody's way."""

from __future__ import annotations

import threading
import time

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

_REST_SECONDS = 10.0  # while Redis is away, do not let every request wait for it
_lock = threading.Lock()
_resting_until = 0.0


def kick(task_name: str, *args: object) -> None:
    """Ask a worker to run `task_name` after this transaction commits.

    What must not be lost is a row already; a sweep re-drives it. So a broker
    that is away is logged and forgotten.
    """
    transaction.on_commit(lambda: publish(task_name, *args), robust=True)


def publish(task_name: str, *args: object) -> bool:
    """Publish now; False when the broker rests or refuses."""
    with _lock:
        if time.monotonic() < _resting_until:
            return False
    try:
        current_app.send_task(task_name, args=list(args), retry=False)
    except Exception as error:  # noqa: BLE001
        rest(_REST_SECONDS)
        log.warning("kick.failed", task=task_name, error=str(error))
        return False
    return True


def rest(seconds: float) -> None:
    """Publish nothing for a while: who fills a database leaves the rest to the sweeps."""
    global _resting_until  # noqa: PLW0603
    with _lock:
        _resting_until = time.monotonic() + seconds


def awake() -> None:
    """Forget a rest (tests, and the readiness probe when Redis answers again)."""
    global _resting_until  # noqa: PLW0603
    with _lock:
        _resting_until = 0.0
