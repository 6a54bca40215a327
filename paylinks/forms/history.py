"""The history's address, read into domain types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from common.lists import Paging, day_of, words_of
from paylinks.states import LinkStatus

REQUESTED = "requested"
STATUSES = {status.value: status.label for status in LinkStatus} | {REQUESTED: _("Asked for a new link")}


@dataclass(frozen=True, slots=True)
class HistoryQuery(Paging):
    """Which links, and which page of them."""

    store: Store | None = None
    status: str = ""
    creator: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""

    @classmethod
    def read(cls, params: QueryDict, store: Store | None) -> HistoryQuery:
        """Read an address; what makes no sense in it is left out."""
        return cls(
            store=store,
            status=params.get("status", "") if params.get("status", "") in STATUSES else "",
            creator=words_of(params.get("creator", "")).lower(),
            since=day_of(params.get("since", "")),
            until=day_of(params.get("until", "")),
            words=words_of(params.get("q", "")),
            **cls.place(params),
        )

    @property
    def has_filters(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.pairs())

    def without(self, *names: str) -> HistoryQuery:
        """The first page of the list with some filters taken away."""
        empty: dict[str, Any] = {"store": None, "since": None, "until": None}
        return replace(self, after="", start=1, **{name: empty.get(name, "") for name in names})

    def pairs(self) -> list[tuple[str, str]]:
        """The filters that are set."""
        pairs = [
            ("q", self.words),
            ("store", self.store.mid if self.store else ""),
            ("status", self.status),
            ("creator", self.creator),
            ("since", self.since.isoformat() if self.since else ""),
            ("until", self.until.isoformat() if self.until else ""),
        ]
        return [(name, value) for name, value in pairs if value]
