"""What people send to the orders pages, read into domain types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from accounts.models import Store
from common.lists import number_of, words_of
from orders.states import PLACED, Status

FILTERABLE = tuple(status for status in Status if status in PLACED)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The list's address: which orders, and which page of them.

    `after` is the cursor of the page, `start` the number of its first row.
    """

    store: Store | None = None
    statuses: tuple[str, ...] = ()
    words: str = ""
    after: str = ""
    start: int = 1

    @classmethod
    def read(cls, params: QueryDict, store: Store | None) -> ListQuery:
        """Read an address; what makes no sense in it is left out."""
        chosen = set(params.getlist("status"))
        after = params.get("after", "")
        return cls(
            store=store,
            statuses=tuple(status.value for status in FILTERABLE if status in chosen),
            words=words_of(params.get("q", "")),
            after=after,
            start=number_of(params.get("from", "")) if after else 1,
        )

    @property
    def has_filters(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.store or self.statuses or self.words)

    @property
    def filter_count(self) -> int:
        """How many filters are set, beside the words."""
        return bool(self.store) + bool(self.statuses)

    @property
    def filters(self) -> str:
        """What a cursor is bound to: another filter makes another list."""
        return urlencode(self._filters())

    @property
    def text(self) -> str:
        """The query as it stands in an address, with its question mark, or ""."""
        place = {"after": self.after, "from": self.start} if self.after else {}
        query = urlencode([*self._filters(), *place.items()])
        return f"?{query}" if query else ""

    def at(self, after: str = "", start: int = 1) -> ListQuery:
        """The same list at another page; without a cursor the first."""
        return replace(self, after=after, start=start)

    def without(self, **changes: Any) -> ListQuery:
        """The first page of the list with some filters changed."""
        return replace(self, after="", start=1, **changes)

    def _filters(self) -> list[tuple[str, Any]]:
        pairs: list[tuple[str, Any]] = [("q", self.words)] if self.words else []
        if self.store:
            pairs.append(("store", self.store.mid))
        return pairs + [("status", status) for status in self.statuses]


class ActForm(forms.Form):
    """A wish that moves money: its own key, and the version of the order the person saw."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class EndForm(ActForm):
    """The wish to end an order: why, and whether the customer hears of it at `contact`."""

    tells_customer = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False, initial=True)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, contact: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tells_customer"].help_text = contact
