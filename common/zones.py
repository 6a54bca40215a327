"""A country's clock, for people whose own zone nobody knows: customers."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

_WINTER = datetime(2026, 1, 15, 12)  # noqa: DTZ001 (a moment to compare zones at)


@lru_cache(maxsize=256)
def zone_of(country: str) -> ZoneInfo:
    """The zone of a country (alpha-2); UTC where it has several that differ, or none."""
    try:
        zones = [ZoneInfo(name) for name in get_global("territory_zones").get(country, ())]
    except ZoneInfoNotFoundError:  # a machine without zone data
        zones = []
    return zones[0] if len({zone.utcoffset(_WINTER) for zone in zones}) == 1 else ZoneInfo("UTC")
