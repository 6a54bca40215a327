"""One row moves the time of every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from sandbox import clock as sandbox_clock
from sandbox.actions import controls
from sandbox.models import Control

pytestmark = pytest.mark.django_db


def distance() -> timedelta:
    """How far business time is from real time, in whole minutes."""
    return timedelta(minutes=round((clock.now() - datetime.now(UTC)).total_seconds() / 60))


def test_the_clock_moves_forward_and_adds_up() -> None:
    controls.move_clock(timedelta(days=1))
    controls.move_clock(timedelta(hours=2))
    assert distance() == timedelta(hours=26)


def test_the_clock_goes_back_to_real_time() -> None:
    controls.move_clock(timedelta(days=1))
    controls.move_clock(None)
    assert distance() == timedelta(0)


def test_another_process_follows_once_the_time_is_up(settings: Any) -> None:
    settings.SANDBOX_CLOCK_SECONDS = 60
    assert distance() == timedelta(0)
    Control.objects.create(clock_offset_seconds=3600)  # as another process would
    assert distance() == timedelta(0)
    settings.SANDBOX_CLOCK_SECONDS = 0
    assert distance() == timedelta(hours=1)


def test_reading_the_clock_again_costs_no_query(settings: Any, django_assert_num_queries: Any) -> None:
    settings.SANDBOX_CLOCK_SECONDS = 60
    clock.now()
    with django_assert_num_queries(0):
        clock.now()


def test_the_desk_moves_the_clock(client: Client) -> None:
    client.post("/sandbox/clock/", {"days": "2", "hours": "3", "minutes": ""})
    assert distance() == timedelta(days=2, hours=3)
    assert "moved by" in client.get("/sandbox/").content.decode()
    client.post("/sandbox/clock/", {"reset": "yes", "days": "2"})
    assert distance() == timedelta(0)


def test_forgetting_asks_the_row_again(settings: Any, django_assert_num_queries: Any) -> None:
    settings.SANDBOX_CLOCK_SECONDS = 60
    clock.now()
    sandbox_clock.forget()
    with django_assert_num_queries(1):
        clock.now()
