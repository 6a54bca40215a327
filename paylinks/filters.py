"""The filters above the history: what is set, what could be, and how to undo it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import Access
from common import times
from common.lists import Choice, Filter
from paylinks.forms.history import STATUSES, HistoryQuery


def filters_of(query: HistoryQuery, access: Access) -> list[Filter]:
    """The filters this person has a use for."""
    found = [_status(query), _creator(query, access), _dates(query)]
    if len(access.stores) > 1:
        found.insert(0, _store(query, access))
    return found


def creators(access: Access, seen: Iterable[str]) -> list[str]:
    """Addresses to choose from: one's own and those on the page."""
    return sorted({access.user.email, *(each for each in seen if each)})


def _store(query: HistoryQuery, access: Access) -> Filter:
    stores = (Choice(store.mid, store.name, store == query.store) for store in access.stores)
    choices = (Choice("", _("All stores"), query.store is None), *stores)
    return Filter("store", _("Store"), query.store.name if query.store else "", _url(query.without("store")), choices)


def _status(query: HistoryQuery) -> Filter:
    statuses = (Choice(value, str(label), value == query.status) for value, label in STATUSES.items())
    choices = (Choice("", _("Any status"), not query.status), *statuses)
    shown = str(STATUSES[query.status]) if query.status else ""
    return Filter("status", _("Status"), shown, _url(query.without("status")), choices)


def _creator(query: HistoryQuery, access: Access) -> Filter:
    shown = _("you") if query.creator == access.user.email else query.creator
    return Filter("creator", _("Created by"), shown, _url(query.without("creator")))


def _dates(query: HistoryQuery) -> Filter:
    since, until = _day(query.since), _day(query.until)
    if since and until:
        shown = since if since == until else _("%(since)s to %(until)s") % {"since": since, "until": until}
    elif since:
        shown = _("from %(since)s") % {"since": since}
    else:
        shown = _("until %(until)s") % {"until": until} if until else ""
    return Filter("dates", _("Created"), shown, _url(query.without("since", "until")))


def _day(day: date | None) -> str:
    return times.date_words(day) if day else ""


def _url(query: HistoryQuery) -> str:
    return reverse("paylinks:history") + query.text
