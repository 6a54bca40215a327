"""The portal's settings with the app that kills."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.faults.crashing.apps.CrashingConfig"]
