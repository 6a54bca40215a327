"""Writing the request log: beside the payment, never in its way."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import connection, transaction

from developers import trace
from developers.models import RequestLog
from developers.redaction import Message

Written = TypeVar("Written")

log = structlog.get_logger(__name__)

BATCH = 5_000
RUN_SECONDS = 20.0  # the next run goes on; mail and sweeps need the worker too
_LONGEST_PATH = 500
_LONGEST_WAIT = "1s"  # for a lock on the log: a payment does not stand in a queue behind it
_NO_WAIT = "SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', %s, true)"


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call before it is answered; `request` and `path` are redacted already."""

    direction: str
    action: str
    method: str
    path: str
    provider: str
    account_id: uuid.UUID
    merchant_id: int
    store_id: int
    request: Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a call: a status and a redacted response, or why there is none."""

    duration_ms: int | None = None
    status_code: int | None = None
    problem: str = ""
    response: Message | None = None


def log_call(call: Call, answer: Answer | None = None, *, at: datetime) -> int:
    """Write a call down, about what `trace` says; without an answer it is still being made."""
    with _quick():
        row = RequestLog.objects.create(
            at=at,
            **{**asdict(call), "path": call.path[:_LONGEST_PATH]},
            **asdict(answer or Answer()),
            **asdict(trace.current()),
            correlation_id=_correlation_id(),
        )
    return row.pk


def log_answer(row: int, answer: Answer) -> None:
    """Complete the row of a call."""
    with _quick():
        RequestLog.objects.filter(pk=row).update(**asdict(answer))


def quietly(write: Callable[[], Written]) -> Written | None:
    """Write to the log; a failure is only told, for money does not wait until it can be logged."""
    try:
        return write()
    except Exception:
        log.warning("request_log.failed", exc_info=True)
        return None


@contextmanager
def _quick() -> Iterator[None]:
    """A write that waits for neither disk nor locks.

    It survives this process; only a crash of the database may take its last moment along.
    Money's own rows wait for the disk as ever: inside somebody's transaction this is a
    savepoint, and their settings stay.
    """
    is_alone = not connection.in_atomic_block
    with transaction.atomic():
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute(_NO_WAIT, [_LONGEST_WAIT])
        yield


def _correlation_id() -> str:
    bound = structlog.contextvars.get_contextvars()
    return str(bound.get("request_id") or bound.get("task_id") or "")[:64]


_PRUNE = """
DELETE FROM developers_requestlog WHERE id IN (
    SELECT id FROM developers_requestlog WHERE at < %s LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


def prune_logs(at: datetime) -> int:
    """Delete calls older than the retention, batch by batch; answers how many."""
    end = time.monotonic() + RUN_SECONDS
    before = kept_since(at)
    pruned = 0
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(_PRUNE, [before, BATCH])
            pruned += cursor.rowcount
            if cursor.rowcount < BATCH:
                break
    return pruned


def kept_since(at: datetime) -> datetime:
    """Calls made before this moment are not kept any more."""
    return at - timedelta(days=settings.LOG_RETENTION_DAYS)
