"""Times as people read them, in the zone and language that are active.

Pieces are cached: a list of 50 rows asks for the same few days and minutes.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

_HOUR = timedelta(hours=1)
_FINE = timedelta(minutes=5)  # below this the seconds are shown


class Here(NamedTuple):
    """All that the words for a time depend on: today's noon, the zone, the language."""

    noon: datetime
    zone: str
    language: str


def here(now: datetime) -> Here:
    """Where and when the reader is; the same all day, so that what is made for it can be kept."""
    noon = local(now).replace(hour=12, minute=0, second=0, microsecond=0)
    return Here(noon, timezone.get_current_timezone_name(), _language())


def local(value: datetime) -> datetime:
    """The time in the person's zone."""
    return timezone.localtime(value)


def moment(value: datetime, now: datetime) -> str:
    """As people say it: "Today 08:14", "Yesterday 21:30", "18 Nov 19:22", with the year when it differs."""
    here = local(value)
    return f"{_near(here.date(), local(now).date())} {clock(here)}"


def day(value: datetime, now: datetime) -> str:
    """The date alone: "18 Nov", with the year when it differs."""
    return _day(local(value).date(), local(now).year, _language())


def full_day(value: datetime) -> str:
    """The date with its year, whenever it is: "12 Nov 2026"."""
    return _day(local(value).date(), 0, _language())


def exact(value: datetime) -> str:
    """Date, time and zone in full, for titles: "12 November 2026, 18:04:09 CET"."""
    here = local(value)
    seconds = _seconds(here.hour, here.minute, here.second, _language())
    zone = _zone(here.replace(minute=0, second=0, microsecond=0), str(here.tzinfo), _language())
    return f"{_full(here.date(), _language())}, {seconds} {zone}"


def date_words(value: date) -> str:
    """A day that belongs to no zone: "12 Nov 2026"."""
    return _day(value, 0, _language())


def stamp(value: datetime) -> str:
    """Date with year, and time: "12 Nov 2026, 18:04"."""
    here = local(value)
    return f"{_day(here.date(), 0, _language())}, {clock(here)}"


def clock(value: datetime) -> str:
    """Hours and minutes in the language's manner."""
    return _clock(value.hour, value.minute, _language())


def left(until: datetime, now: datetime) -> str:
    """Time left: "47 h 12 min left", in the last five minutes "4:59 left"; "" when it is over."""
    rest = until - now
    if rest <= timedelta(0):
        return ""
    hours, below = divmod(int(rest.total_seconds()), 3600)
    minutes, seconds = divmod(below, 60)
    if rest >= _HOUR:
        return gettext("%(hours)s h %(minutes)s min left") % {"hours": hours, "minutes": minutes}
    if rest > _FINE:
        return gettext("%(minutes)s min left") % {"minutes": minutes}
    return gettext("%(clock)s left") % {"clock": f"{minutes}:{seconds:02}"}


def days_until(value: datetime, now: datetime) -> str:
    """Days ahead: "today", "tomorrow", "in 20 days"; "" when the day has passed."""
    days = (local(value).date() - local(now).date()).days
    if days < 0:
        return ""
    near = (gettext("today"), gettext("tomorrow"))
    if days < len(near):
        return near[days]
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}


def _near(then: date, today: date) -> str:
    words = {-1: gettext("Tomorrow"), 0: gettext("Today"), 1: gettext("Yesterday")}
    return words.get((today - then).days) or _day(then, today.year, _language())


def _language() -> str:
    """The language for Babel; plain English writes the day before the month."""
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language


@lru_cache(maxsize=4096)
def _day(then: date, year: int, language: str) -> str:
    skeleton = "MMMd" if then.year == year else "yMMMd"
    return format_skeleton(skeleton, datetime.combine(then, time()), locale=Locale.parse(language))


@lru_cache(maxsize=4096)
def _full(then: date, language: str) -> str:
    return format_date(then, "long", locale=language)


@lru_cache(maxsize=4096)
def _seconds(hour: int, minute: int, second: int, language: str) -> str:
    return format_time(time(hour, minute, second), "medium", locale=language)


@lru_cache(maxsize=4096)
def _zone(hour: datetime, _name: str, language: str) -> str:
    # the name is part of the key: times of two zones are equal when they are the same moment
    word = get_timezone_name(hour, width="short", locale=language)
    return str(hour.tzname()) if word[0] in "+-" else word  # no name in this language: the international one


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, language: str) -> str:
    return format_time(time(hour, minute), "short", locale=language)
