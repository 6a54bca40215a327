"""Rate limits in Redis; with Redis away they let pass, for nobody may be locked out by it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from django.utils.crypto import salted_hmac

log = structlog.get_logger(__name__)

# One step for Redis: a process killed between two would leave a count that never ends.
# A count without an end, however it came to be, is given one.
_COUNT = """
local used = redis.call('INCR', KEYS[1])
if redis.call('TTL', KEYS[1]) < 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return used
"""


def allow(kind: str, subject: object, limit: int, seconds: int) -> bool:
    """True while `subject` was used at most `limit` times within a window of `seconds`.

    `kind` says in plain words what is counted. The subject may be somebody's address or
    number: neither Redis nor a log sees it.
    """
    try:
        return _used(name_of(kind, subject), seconds) <= limit
    except redis.RedisError as error:
        log.warning("limits.unavailable", kind=kind, error=str(error))
        return True


def name_of(kind: str, subject: object) -> str:
    """The key in Redis: keyed with our secret, for a list of all phone numbers is short."""
    digest = salted_hmac("common.limits", f"{kind}\0{subject}", algorithm="sha256").hexdigest()[:32]
    prefix = settings.CACHES["default"].get("KEY_PREFIX", "")
    return f"{prefix}:limit:{kind}:{digest}"


def _used(name: str, seconds: int) -> int:
    """Count this use; how many there were in the window."""
    cache: dict[str, Any] = settings.CACHES["default"]
    client = _client(str(cache["LOCATION"]), tuple(sorted(cache.get("OPTIONS", {}).items())))
    return int(client.eval(_COUNT, 1, name, seconds))


@lru_cache(maxsize=4)
def _client(url: str, options: tuple[tuple[str, float], ...]) -> redis.Redis:
    """A client with its pool for each server, made for the first question after a fork."""
    client: redis.Redis = redis.Redis.from_url(url, **dict(options))
    return client
