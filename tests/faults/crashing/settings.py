"""The portal's settings with the app that kills, and a beat that asks for mail sooner."""

from portal.settings import *  # noqa: F403
from portal.settings import CELERY_BEAT_SCHEDULE as _SCHEDULE
from portal.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.faults.crashing.apps.CrashingConfig"]
CELERY_BEAT_SCHEDULE = {**_SCHEDULE, "messages": {**_SCHEDULE["messages"], "schedule": 2.0}}
