"""Rate limits in Redis; with Redis away they let pass, for nobody may be locked out by it."""

from __future__ import annotations

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


def allow(key: str, limit: int, seconds: int) -> bool:
    """True while `key` was used at most `limit` times within a window of `seconds`."""
    name = f"limit:{key}"
    try:
        return _used(name, seconds) <= limit
    except Exception as error:  # noqa: BLE001
        log.warning("limits.unavailable", key=key, error=str(error))
        return True


def _used(name: str, seconds: int) -> int:
    """Count this use; how many there were in the window."""
    try:
        return int(cache.incr(name))
    except ValueError:  # nobody yet, or the window has just ended
        pass
    # when somebody else was first between the two questions, theirs is counted and ours comes after it
    return 1 if cache.add(name, 1, timeout=seconds) else int(cache.incr(name))
