"""The history's address, read into domain types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from common.lists import day_of, number_of, words_of
from paylinks.states import LinkStatus

REQUESTED = "requested"
STATUSES = {status.value: status.label for status in LinkStatus} | {REQUESTED: _("Asked for a new link")}


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which links, and which page of them. `after` is the page's cursor, `start` its first row."""

    store: Store | None = None
    status: str = ""
    creator: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""
    after: str = ""
    start: int = 1

    @classmethod
    def read(cls, params: QueryDict, store: Store | None) -> HistoryQuery:
        """Read an address; what makes no sense in it is left out."""
        after = params.get("after", "")
        return cls(
            store=store,
            status=params.get("status", "") if params.get("status", "") in STATUSES else "",
            creator=words_of(params.get("creator", "")).lower(),
            since=day_of(params.get("since", "")),
            until=day_of(params.get("until", "")),
            words=words_of(params.get("q", "")),
            after=after,
            start=number_of(params.get("from", "")) if after else 1,
        )

    @property
    def has_filters(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self._filters())

    @property
    def filters(self) -> str:
        """What a cursor is bound to."""
        return urlencode(self._filters())

    @property
    def text(self) -> str:
        """The query as it stands in an address, with its question mark, or ""."""
        place = {"after": self.after, "from": self.start} if self.after else {}
        query = urlencode([*self._filters(), *place.items()])
        return f"?{query}" if query else ""

    def at(self, after: str = "", start: int = 1) -> HistoryQuery:
        """The same list at another page."""
        return replace(self, after=after, start=start)

    def without(self, *names: str) -> HistoryQuery:
        """The first page of the list with some filters taken away."""
        empty: dict[str, Any] = {"store": None, "since": None, "until": None}
        return replace(self, after="", start=1, **{name: empty.get(name, "") for name in names})

    def _filters(self) -> list[tuple[str, str]]:
        pairs = [
            ("q", self.words),
            ("store", self.store.mid if self.store else ""),
            ("status", self.status),
            ("creator", self.creator),
            ("since", self.since.isoformat() if self.since else ""),
            ("until", self.until.isoformat() if self.until else ""),
        ]
        return [(name, value) for name, value in pairs if value]
