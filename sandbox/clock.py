"""How far the tester has moved the clock: one row, so that every process agrees.

A process remembers the row for half a second (SANDBOX_CLOCK_SECONDS), so `now()`
costs no query worth mentioning and every process follows within that time.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from sandbox.models import Control

_remembered = timedelta(0)
_read_at: float | None = None


def offset() -> timedelta:
    """The offset to add to real time. With the database away, the last one known."""
    if not _is_fresh():
        try:
            seconds = Control.objects.values_list("clock_offset_seconds", flat=True).first()
        except (DatabaseError, InterfaceError):
            return _remembered
        remember(timedelta(seconds=seconds or 0))
    return _remembered


def _is_fresh() -> bool:
    limit = float(getattr(settings, "SANDBOX_CLOCK_SECONDS", 0.5))
    return _read_at is not None and 0 <= time.monotonic() - _read_at < limit


def remember(value: timedelta) -> None:
    """Take `value` as just read: the process that moves the clock follows at once."""
    global _remembered, _read_at  # noqa: PLW0603
    _remembered = value
    _read_at = time.monotonic()


def forget() -> None:
    """Ask the row again (after a rollback, between tests)."""
    global _read_at  # noqa: PLW0603
    _read_at = None
