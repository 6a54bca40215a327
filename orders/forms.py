"""What people send to the orders pages, read into domain types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Store
from common.contact import clean_text
from common.lists import Paging, words_of
from orders.models import Alert
from orders.states import PLACED, Status

MARKS = ("repeated", *Alert.Kind.values)  # what somebody should look at, whatever the status
FILTERABLE = tuple(status for status in Status if status in PLACED)


@dataclass(frozen=True, slots=True)
class ListQuery(Paging):
    """The list's address: which orders, and which page of them."""

    store: Store | None = None
    statuses: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    words: str = ""

    @classmethod
    def read(cls, params: QueryDict, store: Store | None) -> ListQuery:
        """Read an address; what makes no sense in it is left out."""
        chosen, marked = set(params.getlist("status")), set(params.getlist("mark"))
        return cls(
            store=store,
            statuses=tuple(status.value for status in FILTERABLE if status in chosen),
            marks=tuple(mark for mark in MARKS if mark in marked),
            words=words_of(params.get("q", "")),
            **cls.place(params),
        )

    @property
    def has_filters(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.store or self.statuses or self.marks or self.words)

    @property
    def filter_count(self) -> int:
        """How many filters are set, beside the words."""
        return bool(self.store) + bool(self.statuses) + bool(self.marks)

    def without(self, **changes: Any) -> ListQuery:
        """The first page of the list with some filters changed."""
        return replace(self, after="", start=1, **changes)

    def pairs(self) -> list[tuple[str, str]]:
        """The filters that are set."""
        pairs = [("q", self.words)] if self.words else []
        if self.store:
            pairs.append(("store", self.store.mid))
        pairs += [("status", status) for status in self.statuses]
        return pairs + [("mark", mark) for mark in self.marks]


REFERENCE2_HINT = gettext_lazy("Not on the payment page; the packing slip shows it.")


class LineField(forms.CharField):
    """Words of one line, without characters that cannot be printed."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.longest = max_length
        self.validators = []  # the same limits, in other words

    def to_python(self, value: Any) -> str:
        """As in every other form."""
        try:
            return clean_text(super().to_python(value) or "", self.longest)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ActForm(forms.Form):
    """A wish to do something once: its own key, and the version of the order the person saw."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class EndForm(ActForm):
    """The wish to end an order: why, and whether the customer hears of it at `contact`."""

    tells_customer = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False, initial=True)
    reason = LineField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, contact: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tells_customer"].help_text = contact


class AgainForm(ActForm):
    """The wish to send a message once more: to whom, and the last copy of it that was `seen`."""

    seen = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, recipients: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient"] = forms.ChoiceField(
            label=_("Send it to"), widget=forms.RadioSelect, choices=[(each, each) for each in recipients]
        )
