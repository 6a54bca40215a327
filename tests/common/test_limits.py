"""Rate limits count in Redis, say nobody's name, and never become permanent."""

from __future__ import annotations

from typing import Any

import pytest
import redis
import structlog
from django.conf import settings
from django.core.cache import cache

from common import limits


@pytest.fixture
def server() -> redis.Redis:
    cache.clear()
    return redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])


def test_the_limit_is_the_last_use_that_passes(server: redis.Redis) -> None:
    assert [limits.allow("test", "frida", 2, 60) for _ in range(4)] == [True, True, False, False]
    assert limits.allow("test", "gustav", 2, 60)
    assert limits.allow("other", "frida", 2, 60)


def test_a_window_ends_when_its_first_use_says(server: redis.Redis) -> None:
    limits.allow("test", "frida", 1, 60)
    name = limits.name_of("test", "frida")
    server.expire(name, 10)
    assert not limits.allow("test", "frida", 1, 60)
    assert 0 < server.ttl(name) <= 10
    server.delete(name)
    assert limits.allow("test", "frida", 1, 60)


def test_a_count_without_an_end_is_given_one(server: redis.Redis) -> None:
    """As a killed process, or a key that ended between two questions, may have left it."""
    name = limits.name_of("test", "frida")
    server.set(name, 7)
    assert not limits.allow("test", "frida", 2, 60)
    assert 0 < server.ttl(name) <= 60


def test_neither_redis_nor_the_log_learns_whom_it_is_about(server: redis.Redis, settings: Any) -> None:
    limits.allow("links:recipient", "frida@example.com", 1, 60)
    [name] = [key.decode() for key in server.keys("*limit:*")]
    assert ":limit:links:recipient:" in name
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with structlog.testing.capture_logs() as lines:
        limits.allow("links:recipient", "frida@example.com", 1, 60)
    assert [line["kind"] for line in lines] == ["links:recipient"]
    assert "frida" not in name + str(lines)


def test_the_key_cannot_be_found_by_trying_all_numbers(settings: Any) -> None:
    before = limits.name_of("links:recipient", "+46701740605")
    settings.SECRET_KEY = "another"
    assert limits.name_of("links:recipient", "+46701740605") != before


def test_with_redis_away_everything_passes(settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert [limits.allow("test", "frida", 0, 60) for _ in range(3)] == [True] * 3
