"""The filters above the list: what is set, what could be, and how to undo it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import Access
from orders.forms import FILTERABLE, ListQuery


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: its values, and when set the address without it."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    is_single: bool
    remove: str

    @property
    def value(self) -> str:
        """The chosen values in words, or ""."""
        return ", ".join(choice.label for choice in self.choices if choice.is_chosen and choice.value)


def filters_of(query: ListQuery, access: Access) -> list[Filter]:
    """The filters this person has a use for."""
    statuses = tuple(Choice(status.value, str(status.label), status.value in query.statuses) for status in FILTERABLE)
    found = [Filter("status", _("Status"), statuses, is_single=False, remove=_address(query.without(statuses=())))]
    if len(access.stores) > 1:
        anywhere = Choice("", _("All stores"), query.store is None)
        stores = tuple(Choice(store.mid, store.name, store == query.store) for store in access.stores)
        choices = (anywhere, *stores)
        found.append(Filter("store", _("Store"), choices, is_single=True, remove=_address(query.without(store=None))))
    return found


def _address(query: ListQuery) -> str:
    return reverse("orders:list") + query.text
