"""Services that are thrown away are never the ones somebody has named: tests empty theirs."""

from __future__ import annotations

import psycopg
import pytest

from devkit import services


def test_named_services_are_not_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://real.example/production")
    monkeypatch.setenv("REDIS_URL", "redis://real.example/0")
    with services.throw_away() as taken:
        found = taken.environment()
        with psycopg.connect(found["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("counterfoil",)
        assert (found[services.THROW_AWAY], "real.example" in found["REDIS_URL"]) == ("1", False)
