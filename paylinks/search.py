"""Finding payment links: filters, words, pages. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.access import Access
from accounts.roles import Permission
from common.ids import clean_reference
from common.lists import Count, phone_digits, spellings_of
from common.pages import Page, page_of
from orders.alerts import first_alert
from orders.strays import has_stray
from paylinks.delivery import latest
from paylinks.forms.history import REQUESTED, HistoryQuery
from paylinks.models import LIFETIME, PaymentLink
from paylinks.models.links import PaymentLinkQuerySet
from paylinks.states import OPEN, LinkStatus

PAGE_SIZE = 50
CAP = 10_000
SEARCH_CAP = 1_000  # nobody reads further, and counting trigram hits is dear
SHORTEST = 3  # a trigram index knows nothing of less
FIELDS = (
    "created_at",
    "id",
    "order_id",
    "store_id",
    "number",
    "status",
    "channel",
    "recipient",
    "expires_at",
    "created_by",
    "cancelled_by",
    "requested_at",
    "order__merchant_reference1",
    "order__reference",
    "order__amount",
    "order__currency",
    "order__status",
    "order__is_test",
    "order__version",
    "delivery",
    "has_stray",
    "alert",
)


def page(access: Access, query: HistoryQuery, at: datetime, size: int = PAGE_SIZE) -> Page[Any]:
    """One page of the current links, newest first."""
    return page_of(
        _values(matching(access, query, at)),
        at="created_at",
        cursor=query.after,
        filters=query.filters,
        size=size,
        key=lambda row: (row.created_at, str(row.id)),
    )


def counted(access: Access, query: HistoryQuery, at: datetime) -> Count:
    """How many links match, counted no further than anybody reads."""
    return Count.of(matching(access, query, at), SEARCH_CAP if query.words else CAP)


def of_orders(access: Access, order_ids: Sequence[uuid.UUID]) -> list[Any]:
    """The current links of these orders, for rows that are watched."""
    return list(_values(PaymentLink.objects.visible_to(_reach(access)).current().filter(order_id__in=order_ids)))


def earlier(access: Access, order_id: uuid.UUID) -> list[Any]:
    """The links an order had before its current one, newest first."""
    links = PaymentLink.objects.visible_to(_reach(access)).filter(order_id=order_id, is_current=False)
    return list(_values(links).order_by("-number"))


def _reach(access: Access) -> Access:
    """The same person, narrowed to the stores whose links they may see."""
    stores = access.stores_with(Permission.LINKS_VIEW)
    return access if stores == access.stores else replace(access, stores=stores, is_everywhere=False)


def _values(links: PaymentLinkQuerySet) -> Any:
    marks = {"has_stray": has_stray("order_id"), "alert": first_alert("order_id")}
    return links.annotate(delivery=latest(), **marks).values_list(*FIELDS, named=True)


def matching(access: Access, query: HistoryQuery, at: datetime) -> PaymentLinkQuerySet:
    """The current links of the person's reach that the query asks for."""
    links = PaymentLink.objects.visible_to(_reach(access)).current()
    if query.store is not None:
        links = links.filter(store_id=query.store.pk)
    if query.status:
        links = links.filter(_status(query.status, at))
    if query.creator:
        links = links.filter(created_by=query.creator)
    if query.since:
        links = links.filter(created_at__gte=_midnight(query.since))
    if query.until:
        links = links.filter(created_at__lt=_midnight(query.until + timedelta(days=1)))
    return links.filter(_meaning(access, query.words)) if query.words else links


def _status(status: str, at: datetime) -> Q:
    """What people read: past its end an open link is expired, swept or not.

    Every link lives equally long, so its end is told by its creation: the column the list is ordered by.
    """
    started_by = at - LIFETIME
    expired = Q(status__in=[LinkStatus.EXPIRED, *OPEN], created_at__lte=started_by)
    if status == REQUESTED:
        return expired & Q(requested_at__isnull=False)
    if status == LinkStatus.EXPIRED:
        return expired
    return Q(status=status, created_at__gt=started_by) if status in OPEN else Q(status=status)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _meaning(access: Access, words: str) -> Q:
    """Where the typed words are looked for; the merchant is named for its trigram index."""
    bare = words.replace(" ", "")
    try:
        return Q(order_id=uuid.UUID(bare))
    except ValueError:
        pass
    reference = clean_reference(words)
    found = Q(order__reference=reference) if reference else Q(pk__in=[])
    together = Q()
    for term in words.lower().split():
        together &= Q(order__search_text__contains=term)
    if max(len(term) for term in words.split()) >= SHORTEST:
        found |= together
    else:
        found |= Q(order__merchant_reference1__in=spellings_of(words))  # by the index of whole references
    digits = phone_digits(words)
    if len(digits) >= SHORTEST:
        found |= Q(order__search_text__contains=digits)
    return found & Q(order__merchant_id=access.merchant.pk)
