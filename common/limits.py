"""Rate limits in Redis; with Redis away they let pass, for nobody may be locked out by it."""

from __future__ import annotations

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


def allow(key: str, limit: int, seconds: int) -> bool:
    """True while `key` was used at most `limit` times within a window of `seconds`."""
    name = f"limit:{key}"
    try:
        cache.add(name, 0, timeout=seconds)
        return int(cache.incr(name)) <= limit
    except ValueError:  # the window ended between add and incr
        return True
    except Exception as error:  # noqa: BLE001
        log.warning("limits.unavailable", key=key, error=str(error))
        return True
