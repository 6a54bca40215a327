"""Keyset pages: deep pages cost what the first one costs."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

T = TypeVar("T")
_LONGEST = 300  # a cursor has about 130 characters; a longer one could nest JSON deeper than Python reads
_YEARS = range(1900, 3000)  # beyond, a zone could move a time out of the calendar


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the sort time and the tie-breaking id, and the way to read on."""

    at: datetime
    id: str
    backwards: bool = False

    def encode(self, filters: str) -> str:
        """Opaque text for the URL; bound to the filters it was made under."""
        body = json.dumps([self.at.isoformat(), self.id, self.backwards, _digest(filters)])
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, filters: str) -> Cursor | None:
        """The cursor, or None when the text is damaged or belongs to other filters."""
        if len(text) > _LONGEST:
            return None
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            at, key, backwards, digest = json.loads(raw)
            cursor = cls(datetime.fromisoformat(at), str(uuid.UUID(key)), bool(backwards))
        except (ValueError, TypeError, AttributeError):
            return None
        is_time = cursor.at.tzinfo is not None and cursor.at.year in _YEARS
        return cursor if digest == _digest(filters) and is_time else None


def _digest(filters: str) -> str:
    return hashlib.sha256(filters.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows newest first, and cursors for the pages beside this one ("" at an end)."""

    rows: list[T]
    newer: str
    older: str


def page_of(
    queryset: QuerySet[Any, T],
    *,
    at: str,
    cursor: str,
    filters: str,
    size: int,
    key: Any,
) -> Page[T]:
    """One page of `queryset` ordered by `(at, id)` descending.

    `key(row)` gives `(time, id)` of a row; the comparison is written so that
    one composite index answers it.
    """
    place = Cursor.decode(cursor, filters) if cursor else None
    rows = _fetch(queryset, at, place, size)
    more = len(rows) > size
    rows = rows[:size]
    if place and place.backwards:
        rows.reverse()
        has_newer, has_older = more, True
    else:
        has_newer, has_older = place is not None, more
    return Page(
        rows,
        _edge(key(rows[0]), filters, backwards=True) if rows and has_newer else "",
        _edge(key(rows[-1]), filters) if rows and has_older else "",
    )


def _edge(place: tuple[datetime, str], filters: str, *, backwards: bool = False) -> str:
    at, key = place
    return Cursor(at, key, backwards).encode(filters)


def _fetch(queryset: QuerySet[Any, T], at: str, place: Cursor | None, size: int) -> list[T]:
    if place is None:
        return list(queryset.order_by(f"-{at}", "-id")[: size + 1])
    if place.backwards:
        beyond = Q(**{f"{at}__gt": place.at}) | Q(**{at: place.at, "id__gt": place.id})
        return list(queryset.filter(Q(**{f"{at}__gte": place.at}), beyond).order_by(at, "id")[: size + 1])
    beyond = Q(**{f"{at}__lt": place.at}) | Q(**{at: place.at, "id__lt": place.id})
    return list(queryset.filter(Q(**{f"{at}__lte": place.at}), beyond).order_by(f"-{at}", "-id")[: size + 1])
