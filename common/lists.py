"""What long lists share: the words typed to search them, their counts, and their filters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import F, Index, Q, QuerySet
from django.http import QueryDict

MAX_WORDS = 100
_LATEST_YEAR = 2999
_FIRST_YEAR = 2000  # nothing in the portal is older, and no zone moves it out of the calendar
_MOST_DIGITS = 9
_PHONE = re.compile(r"\+?[\d\s()./-]{5,}")
_NOT_DIGITS = re.compile(r"\D")


def words_of(text: str) -> str:
    """Typed words on one line; what no database stores (NUL) parts them like a space."""
    return " ".join(text.replace("\0", " ").split())[:MAX_WORDS]


def number_of(text: str) -> int:
    """The number of a page's first row; 1 when the text makes no sense."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return (int(text) if is_number else 0) or 1


def day_of(text: str) -> date | None:
    """A day of an address, or None when it is none that a list could hold."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LATEST_YEAR else None


def spellings_of(words: str) -> list[str]:
    """The words as somebody may have written a reference: without pasted spaces, in capitals or small letters."""
    joined = words.replace(" ", "")
    return sorted({each for text in (words, joined) for each in (text, text.upper(), text.lower())})


def phone_digits(words: str) -> str:
    """The digits of words that look like a phone number, without national or international zeros; else ""."""
    if not _PHONE.fullmatch(words):
        return ""
    return _NOT_DIGITS.sub("", words).removeprefix("00").lstrip("0")


def newest_first(*fields: str, by: str, only: Q, name: str) -> Index:
    """The index of a list that is paged by `by` and id, the newest first, for equal `fields`."""
    return Index(*map(F, fields), F(by).desc(), F("id").desc(), condition=only, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """A list's address, less its filters: `after` is the cursor of the page, `start` the number of its first row."""

    after: str = ""
    start: int = 1

    @staticmethod
    def place(params: QueryDict) -> dict[str, Any]:
        """The page an address names."""
        after = params.get("after", "")
        return {"after": after, "start": number_of(params.get("from", "")) if after else 1}

    def pairs(self) -> list[tuple[str, str]]:
        """The filters that are set, as an address writes them."""
        raise NotImplementedError

    @property
    def filters(self) -> str:
        """What a cursor is bound to: another filter makes another list."""
        return urlencode(self.pairs())

    @property
    def text(self) -> str:
        """The query as it stands in an address, with its question mark, or ""."""
        place = [("after", self.after), ("from", str(self.start))] if self.after else []
        query = urlencode(self.pairs() + place)
        return f"?{query}" if query else ""

    def at(self, after: str = "", start: int = 1) -> Self:
        """The same list at another page; without a cursor the first."""
        return replace(self, after=after, start=start)


@dataclass(frozen=True, slots=True)
class Count:
    """How many match; with `is_capped` at least so many."""

    number: int
    is_capped: bool = False

    @classmethod
    def of(cls, rows: QuerySet[Any], cap: int) -> Count:
        """Counted no further than `cap`."""
        number = rows.order_by()[: cap + 1].count()
        return cls(min(number, cap), number > cap)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: what is chosen in words, the address without it, and its values where they are few."""

    name: str
    label: str
    value: str
    remove: str
    choices: tuple[Choice, ...] = ()
    is_single: bool = True
