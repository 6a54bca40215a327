"""The one source of business time. Edges ask it; actions are given `at`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_NO_OFFSET = timedelta(0)
_stopped: datetime | None = None
_offset: Callable[[], timedelta] = lambda: _NO_OFFSET  # noqa: E731


def use(provider: Callable[[], timedelta]) -> None:
    """Let `provider` say how far the clock is moved (sandbox only)."""
    global _offset  # noqa: PLW0603
    _offset = provider


def stop(moment: datetime | None) -> None:
    """Let time stand still at `moment` (demo data, told to the microsecond); None lets it run again."""
    global _stopped  # noqa: PLW0603
    _stopped = moment


def now() -> datetime:
    """Aware UTC time, moved by the sandbox's offset where there is one."""
    return _stopped or datetime.now(UTC) + _offset()
