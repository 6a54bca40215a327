"""The one source of business time. Edges ask it; actions are given `at`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_NO_OFFSET = timedelta(0)
_offset: Callable[[], timedelta] = lambda: _NO_OFFSET  # noqa: E731


def use(provider: Callable[[], timedelta]) -> None:
    """Let `provider` say how far the clock is moved (sandbox only)."""
    global _offset  # noqa: PLW0603
    _offset = provider


def now() -> datetime:
    """Aware UTC time, moved by the sandbox's offset where there is one."""
    return datetime.now(UTC) + _offset()
