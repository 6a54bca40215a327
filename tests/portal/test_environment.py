"""Settings from outside: typed, and complete in production."""

from __future__ import annotations

import pytest

from portal.environment import Environment, EnvironmentIncompleteError


def test_production_names_everything_that_is_missing(monkeypatch: pytest.MonkeyPatch):
    for name in ("DATABASE_URL", "REDIS_URL", "COUNTERFOIL_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EnvironmentIncompleteError) as refusal:
        Environment(production=True).demand()
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "EMAIL_FROM", "EMAIL_HOST", "STATIC_ROOT"):
        assert name in str(refusal.value)


def test_production_refuses_the_sandbox():
    with pytest.raises(EnvironmentIncompleteError, match="sandbox is not money"):
        Environment(production=True, sandbox=True).demand()


def test_without_production_nothing_is_demanded():
    Environment().demand()


def test_a_socket_is_spelled_for_each_reader(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDIS_URL", "unix:///run/r.sock?db=2")
    environment = Environment()
    assert environment.cache_url == "unix:///run/r.sock?db=2"
    assert environment.broker_url == "redis+socket:///run/r.sock?virtual_host=2"


def test_a_network_address_stays_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDIS_URL", "rediss://:secret@redis.example:6380/1")
    assert Environment().broker_url == "rediss://:secret@redis.example:6380/1"


def test_only_the_web_process_has_a_pool():
    assert "pool" not in Environment().database()["OPTIONS"]
    assert Environment(pool_size=4).database()["OPTIONS"]["pool"]["max_size"] == 4
