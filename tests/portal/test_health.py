"""Whether the portal lives, and whether it can serve."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from portal import health, tasks

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_alive(client: Client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_fresh_heartbeat_makes_it_whole(client: Client):
    tasks.heartbeat()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_a_silent_worker_degrades_it(client: Client):
    cache.delete(health.HEARTBEAT)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["worker"]) == (200, "degraded", "silent")


def test_a_missing_redis_degrades_it(client: Client, monkeypatch: pytest.MonkeyPatch):
    def away(_key: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(health, "cache", SimpleNamespace(get=away))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (200, "away")


def test_missing_migrations_make_it_unready(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [("one", False)])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "1 migrations missing")


def test_a_missing_database_makes_it_unready(client: Client, monkeypatch: pytest.MonkeyPatch):
    def away(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(MigrationExecutor, "migration_plan", away)
    assert client.get("/readyz").status_code == 503
