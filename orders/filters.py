"""The filters above the list: what is set, what could be, and how to undo it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import Access
from common.lists import Choice, Filter
from orders.forms import FILTERABLE, MARKS, ListQuery
from orders.models import Alert


def filters_of(query: ListQuery, access: Access) -> list[Filter]:
    """The filters this person has a use for."""
    found = [_status(query), _marked(query)]
    if len(access.stores) > 1:
        found.append(_store(query, access))
    return found


def _status(query: ListQuery) -> Filter:
    choices = tuple(Choice(status.value, str(status.label), status.value in query.statuses) for status in FILTERABLE)
    shown = ", ".join(choice.label for choice in choices if choice.is_chosen)
    return Filter("status", _("Status"), shown, _address(query.without(statuses=())), choices, is_single=False)


def _marked(query: ListQuery) -> Filter:
    words = {"repeated": _("Repeated?"), **{kind.value: str(kind.label) for kind in Alert.Kind}}
    choices = tuple(Choice(mark, words[mark], mark in query.marks) for mark in MARKS)
    shown = ", ".join(choice.label for choice in choices if choice.is_chosen)
    return Filter("mark", _("To look at"), shown, _address(query.without(marks=())), choices, is_single=False)


def _store(query: ListQuery, access: Access) -> Filter:
    stores = (Choice(store.mid, store.name, store == query.store) for store in access.stores)
    choices = (Choice("", _("All stores"), query.store is None), *stores)
    shown = query.store.name if query.store else ""
    return Filter("store", _("Store"), shown, _address(query.without(store=None)), choices)


def _address(query: ListQuery) -> str:
    return reverse("orders:list") + query.text
