"""Finding orders: filters, words, pages, counts and neighbours. Reads only."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Value

from accounts.access import Access
from common.ids import clean_reference
from common.lists import Count, phone_digits, spellings_of
from common.pages import Cursor, Page, page_of
from orders.alerts import alerted, first_alert
from orders.forms import ListQuery
from orders.models import Alert, Order
from orders.models.orders import OrderQuerySet
from orders.repeats import has_repeat, repeated
from orders.strays import has_stray

PAGE_SIZE = 50
SHORTEST = 3  # a trigram index knows nothing of less
CAP = 10_000
SEARCH_CAP = 1_000  # counting 10,001 trigram hits costs 56 ms, and nobody reads them
EXACT_FIRST = 5

Values = tuple[Any, ...]


def matching(access: Access, query: ListQuery) -> OrderQuerySet:
    """The placed orders of the person's reach that the query asks for, in no order yet."""
    orders = _filtered(access, query)
    return orders.filter(_meaning(query.words)) if query.words else orders


def page(access: Access, query: ListQuery, fields: tuple[str, ...], size: int = PAGE_SIZE) -> Page[Values]:
    """One page of rows, newest first. `fields` begin with `placed_at` and `id`.

    In a search the orders that bear exactly that reference lead the first page, and stand nowhere else.
    """
    marks = {"has_stray": has_stray(), "has_repeat": has_repeat(), "alert": first_alert()}
    orders = matching(access, query).annotate(**marks)
    is_exact = may_be_exact(query.words)
    leaders = _leaders(access, query)
    if query.after or not is_exact:
        if is_exact:  # both, for the first says to the planner that it leaves out next to nothing
            orders = orders.exclude(_named(query.words), pk__in=leaders.values("pk"))
        rows = orders.values_list(*fields)
        return page_of(rows, at="placed_at", cursor=query.after, filters=query.filters, size=size, key=_key)
    natural = orders.order_by("-placed_at", "-id").annotate(nearness=Value(1))
    exact = leaders.annotate(nearness=Value(0), **marks)
    both = exact.values_list("nearness", *fields).union(natural.values_list("nearness", *fields)[: size + 1], all=True)
    return _exact_first(list(both), query, size)


def _leaders(access: Access, query: ListQuery) -> OrderQuerySet:
    """The newest few that bear exactly the reference searched for."""
    return _filtered(access, query).filter(_named(query.words)).order_by("-placed_at", "-id")[:EXACT_FIRST]


def _exact_first(rows: list[Values], query: ListQuery, size: int) -> Page[Values]:
    """Both halves of the union as one page; SQL promises no order for it."""
    ranked = sorted(rows, key=lambda row: (row[1], row[2].int), reverse=True)
    exact = [row[1:] for row in ranked if row[0] == 0]
    natural = [row[1:] for row in ranked if row[0] == 1]
    named = {row[1] for row in exact}
    others = [row for row in natural if row[1] not in named]
    shown = others[: size - len(exact)]
    older = Cursor(*_key(shown[-1])).encode(query.filters) if len(others) > len(shown) else ""
    return Page([*exact, *shown], "", older)


def _key(row: Values) -> tuple[datetime, str]:
    return row[0], str(row[1])


def _filtered(access: Access, query: ListQuery) -> OrderQuerySet:
    orders = Order.objects.visible_to(access).placed()
    if query.store is not None:
        orders = orders.filter(store=query.store)
    if query.marks:
        orders = orders.filter(_marked(access, query.marks))
    return orders.filter(status__in=query.statuses) if query.statuses else orders


def _marked(access: Access, marks: tuple[str, ...]) -> Q:
    """Orders with any of these marks."""
    kinds = tuple(mark for mark in marks if mark in Alert.Kind.values)
    found = alerted(kinds) if kinds else Q()
    return found | repeated(access) if "repeated" in marks else found


def _meaning(words: str) -> Q:
    """Where the typed words are looked for."""
    order_id = _order_id(words)
    if order_id is not None:
        return Q(pk=order_id)
    if len(words) < SHORTEST:
        return _named(words)
    found = _named(words)
    terms = words.lower().split()
    if any(len(term) >= SHORTEST for term in terms):
        together = Q()
        for term in terms:
            together &= Q(search_text__contains=term)
        found = together
    for spelling in _spellings(words):
        found |= Q(search_text__contains=spelling)
    return found


def _spellings(words: str) -> set[str]:
    """The words as references and numbers are stored: without pasted spaces, national prefix or brackets."""
    found = set()
    joined = words.lower().replace(" ", "")
    if joined != words.lower() and any(letter.isdigit() for letter in joined):
        found.add(joined)
    found.add(phone_digits(words))
    reference = clean_reference(words)
    if reference:
        found.add(reference.lower())
    return {spelling for spelling in found if len(spelling) >= SHORTEST}


def may_be_exact(words: str) -> bool:
    """Whether the words could be a reference at all, so that the exact one is put first: not a name, not an e-mail."""
    if not words or "@" in words or _order_id(words) is not None:
        return False
    return any(letter.isdigit() for letter in words) or bool(clean_reference(words))


def _named(words: str) -> Q:
    """Orders that bear exactly this reference."""
    named = Q(merchant_reference1__in=spellings_of(words))
    reference = clean_reference(words)
    return named | Q(reference=reference) if reference else named


def _order_id(words: str) -> uuid.UUID | None:
    bare = words.replace(" ", "")
    if len(bare) != 36:  # noqa: PLR2004
        return None
    try:
        return uuid.UUID(bare)
    except ValueError:
        return None


def counted(access: Access, query: ListQuery) -> Count:
    """How many orders match, counted no further than anybody reads."""
    return Count.of(matching(access, query), SEARCH_CAP if query.words else CAP)


def with_neighbours(orders: OrderQuerySet, access: Access, query: ListQuery) -> OrderQuerySet:
    """Each order with `newer_id` and `older_id` of the list it was opened from; no query of its own."""
    here, tie = OuterRef("placed_at"), OuterRef("pk")
    listed = matching(access, query)
    newer = listed.filter(Q(placed_at__gt=here) | Q(placed_at=here, pk__gt=tie), placed_at__gte=here)
    older = listed.filter(Q(placed_at__lt=here) | Q(placed_at=here, pk__lt=tie), placed_at__lte=here)
    return orders.annotate(
        newer_id=Subquery(newer.order_by("placed_at", "pk").values("pk")[:1]),
        older_id=Subquery(older.order_by("-placed_at", "-pk").values("pk")[:1]),
    )
