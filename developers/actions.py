"""Writing the request log: beside the payment, never in its way."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from common.db import release_connection
from developers import trace
from developers.redaction import Message

Written = TypeVar("Written")

log = structlog.get_logger(__name__)

BATCH = 5_000
RUN_SECONDS = 20.0  # the next run goes on; mail and sweeps need the worker too
_LONGEST_WAIT = "1s"  # for a lock on the log: a payment does not stand in a queue behind it


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


_INSERT = """
INSERT INTO developers_requestlog (
    at, direction, action, method, path, provider, account_id, merchant_id, store_id, request,
    status_code, problem, duration_ms, response, order_id, operation_id, attempt_id, correlation_id
) VALUES (
    %(at)s, %(direction)s, %(action)s, %(method)s, %(path)s, %(provider)s, %(account_id)s, %(merchant_id)s, %(store_id)s,
    %(request)s, %(status_code)s, %(problem)s, %(duration_ms)s, %(response)s, %(order_id)s, %(operation_id)s,
    %(attempt_id)s, %(correlation_id)s
) RETURNING id
"""
_COMPLETE = """
UPDATE developers_requestlog
SET status_code = %(status_code)s, problem = %(problem)s, duration_ms = %(duration_ms)s, response = %(response)s
WHERE id = %(row)s RETURNING id
"""


def log_call(call: Call, answer: Answer | None = None, *, at: datetime) -> int:
    """Write a call down, about what `trace` says; without an answer it is still being made."""
    known = {**asdict(call), **asdict(trace.current()), "correlation_id": _correlation_id()}
    return _write(_INSERT, {"at": at, **known, **_values(answer or Answer()), "request": Jsonb(call.request)})


def log_answer(row: int, answer: Answer) -> None:
    """Complete the row of a call."""
    _write(_COMPLETE, {"row": row, **_values(answer)})


def quietly(write: Callable[[], Written]) -> Written | None:
    """Write to the log; a failure is only told, for money does not wait until it can be logged."""
    try:
        return write()
    except Exception:
        log.warning("request_log.failed", exc_info=True)
        release_connection()  # a broken one must not reach the next query, which is about money
        return None


def _values(answer: Answer) -> dict[str, object]:
    return {**asdict(answer), "response": Jsonb(answer.response) if answer.response else None}


# Sent together with what it is for, as one transaction in one trip to the database.
_WITHOUT_WAITING = f"""
SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '{_LONGEST_WAIT}', true);
"""


def _write(statement: str, values: Mapping[str, Any]) -> int:
    """Run a statement that waits for neither disk nor locks, and answer the row it returns.

    What is written survives this process; only a crash of the database may take its last
    moment along. Money's own rows wait for the disk as ever: inside somebody's transaction
    this is a savepoint, and their settings stay.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            with transaction.atomic():
                cursor.execute(statement, values)
        else:
            cursor.execute(_WITHOUT_WAITING + statement, values)
            cursor.nextset()
        return int(cursor.fetchone()[0])


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
