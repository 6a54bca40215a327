"""Small pieces of HTML that long lists and templates share: icon, status, money, time.

Rows of long lists are printed from final strings, so these are functions first and tags second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import times
from common.money import format_amount

_SPRITE = "icons/sprite.svg"
_SYMBOL = re.compile(r'<symbol id="i-([^"]+)".*?</symbol>')


@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite; decorative, so it always stands beside a word."""
    return _icon(f"{static(_SPRITE)}#i-{name}")


@cache
def glyph(name: str) -> SafeString:
    """An icon whose symbol the page carries itself (see `symbols`)."""
    return _icon(f"#i-{name}")


def _icon(address: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@lru_cache(maxsize=256)
def symbols(*names: str) -> SafeString:
    """The named symbols inline: customers' pages load no sprite."""
    found = _sprite()
    return mark_safe(  # noqa: S308 - our own file
        f'<svg hidden aria-hidden="true">{"".join(found[name] for name in names)}</svg>'
    )


@cache
def _sprite() -> dict[str, str]:
    path = finders.find(_SPRITE)
    if not isinstance(path, str):
        raise FileNotFoundError(_SPRITE)
    text = Path(path).read_text(encoding="utf-8")
    return {match[1]: match[0] for match in _SYMBOL.finditer(text)}


@lru_cache(maxsize=1024)
def status(word: str, name: str, tone: str = "") -> SafeString:
    """Icon, word and colour of a state; `tone` is info, ok, warn, bad or empty for idle."""
    state = f' data-s="{tone}"' if tone else ""
    return mark_safe(f'<span class="status"{state}>{icon(name)}{escape(word)}</span>')  # noqa: S308


def money(minor: int, currency: str) -> SafeString:
    """Amount and currency as a cell prints them: digits, then the currency in its slot."""
    digits = format_amount(minor, currency, get_language() or "en")
    return mark_safe(f"{digits}<abbr>{escape(currency)}</abbr>")  # noqa: S308


def moment(value: datetime | None, now: datetime) -> SafeString:
    """A `<time>`: relative inside 48 hours, else the date; exact time and zone in its title."""
    return SafeString("") if value is None else moment_for(value, times.here(now))


@lru_cache(maxsize=8192)
def moment_for(value: datetime, here: times.Here) -> SafeString:
    """The same for rows of long lists: `here` is made once for all of them."""
    return mark_safe(f"{_time(value)}{times.moment(value, here.noon)}</time>")  # noqa: S308


@lru_cache(maxsize=8192)
def last_day(value: datetime, here: times.Here, *, is_near: bool, is_over: bool) -> SafeString:
    """The day something ends; when it `is_near` with the days left, marked."""
    day = f"{_time(value)}{times.day(value, here.noon)}"
    if not is_near:
        return mark_safe(f"{day}</time>")  # noqa: S308
    words = _("over") if is_over else times.days_until(value, here.noon)
    return mark_safe(f'<span class="due">{day}, {words}</time></span>')  # noqa: S308


def _time(value: datetime) -> str:
    local = times.local(value)
    return f'<time datetime="{local.isoformat(timespec="seconds")}" title="{times.exact(local)}">'


def countdown(until: datetime, now: datetime) -> SafeString:
    """A `<time>` that counts down where scripts run; empty when the time is up."""
    words = times.left(until, now)
    if not words:
        return SafeString("")
    return mark_safe(  # noqa: S308
        f'<time data-countdown datetime="{until.isoformat(timespec="seconds")}"'
        f' title="{times.exact(until)}">{words}</time>'
    )


def bar(percent: int) -> SafeString:
    """The thin bar beside a countdown: how much of the time is left."""
    return mark_safe(  # noqa: S308
        f'<svg class="bar" aria-hidden="true"><rect width="{percent}%" height="100%"/></svg>'
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the money meter: `kind` is its class (cap, ref or empty)."""

    kind: str
    word: str
    amount: str
    start: str
    width: str


def shares(parts: Iterable[tuple[str, str, int]], currency: str) -> list[Share]:
    """Parts `(kind, word, minor units)` of one sum, placed side by side in percent."""
    given = list(parts)
    whole = sum(minor for _kind, _word, minor in given) or 1
    language = get_language() or "en"
    result, before = [], 0
    for kind, word, minor in given:
        amount = format_amount(minor, currency, language)
        result.append(Share(kind, word, amount, _percent(before, whole), _percent(minor, whole)))
        before += minor
    return result


def _percent(part: int, whole: int) -> str:
    """Two decimals are finer than a pixel; integers only, as everywhere with money."""
    hundredths = part * 10000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}%" if hundredths else "0%"
