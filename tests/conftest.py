"""What every test may ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.db.models.signals import post_migrate
from django.utils import translation
from hypothesis import HealthCheck, settings

from common import clock, kick
from sandbox import clock as sandbox_clock

pytest_plugins = ["tests.cast", "tests.portals", "tests.browsers"]

settings.register_profile(
    "counterfoil",
    deadline=None,  # a shared machine is no stopwatch
    derandomize=True,  # the same examples each time: nobody's commit fails over what another found
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("counterfoil")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Django's permissions and content types, which nothing here asks for, are not written anew by each flush."""
    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    assert post_migrate.disconnect(create_contenttypes)


@pytest.fixture
def at() -> datetime:
    """The moment of the test, to the microsecond PostgreSQL keeps."""
    return clock.now()


@pytest.fixture
def noon() -> datetime:
    """A fixed moment for rules that only compare times."""
    return datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _real_time(settings: Any) -> Iterator[None]:
    """No test inherits a moved clock, and one nobody moves costs no query."""
    settings.SANDBOX_CLOCK_SECONDS = math.inf
    sandbox_clock.remember(timedelta(0))
    yield
    sandbox_clock.remember(timedelta(0))


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits and the broker's rest do not reach the next test."""
    yield
    kick.awake()
    if {"db", "transactional_db", "client"} & set(request.fixturenames):
        cache.clear()
