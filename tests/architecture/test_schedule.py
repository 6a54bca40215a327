"""What beat starts exists."""

from __future__ import annotations

from datetime import timedelta

from celery.schedules import crontab
from django.conf import settings

from portal.celery import app


def test_every_beat_entry_names_a_real_task():
    app.loader.import_default_modules()
    missing = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] not in app.tasks]
    assert missing == []


def test_every_beat_entry_expires_before_its_successor():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        schedule = entry["schedule"]
        assert entry["options"]["expires"] <= (3600 if isinstance(schedule, crontab) else schedule)


def test_what_is_seldom_goes_by_the_clock_and_not_by_the_start_of_beat():
    """An interval that is longer than beat lives never ends."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        schedule = entry["schedule"]
        if isinstance(schedule, crontab):
            assert (len(schedule.hour), len(schedule.minute)) == (24, 1), name
        else:
            assert timedelta(seconds=schedule) <= timedelta(hours=1), name
