"""A country's clock, for what has no zone of its own: customers, stores."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

_WINTER = datetime(2026, 1, 15, 12)  # noqa: DTZ001 (a moment to compare zones at)
# countries of several zones, by where most people live
_MAIN = {"ES": "Europe/Madrid", "PT": "Europe/Lisbon", "US": "America/New_York"}


@lru_cache(maxsize=256)
def zone_of(country: str) -> ZoneInfo:
    """The zone of a country (alpha-2); UTC where it has several that differ and none is the main one, or none."""
    main = _MAIN.get(country)
    try:
        zones = [ZoneInfo(name) for name in ([main] if main else get_global("territory_zones").get(country, ()))]
    except ZoneInfoNotFoundError:  # a machine without zone data
        zones = []
    return zones[0] if len({zone.utcoffset(_WINTER) for zone in zones}) == 1 else ZoneInfo("UTC")
