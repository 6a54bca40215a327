"""Auditing many orders, batch by batch, while people work."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from orders.audit import history, ledger, outside
from orders.audit.books import Books, books_of, load
from orders.audit.differences import Difference, Finding
from orders.models import Order
from payments.gateway import GatewayUnavailable, Snapshot

BATCH = 200
NO_ANSWER = "the gateway's view"  # found instead of a comparison
_TRIES = 3

_CHECKS: tuple[Callable[[Books], Iterable[Finding]], ...] = (
    ledger.sums,
    ledger.content,
    ledger.limits,
    ledger.status,
    ledger.pieces,
    history.sequence,
    history.movements,
)


def changed_since(since: datetime | None) -> QuerySet[Order]:
    """Orders to audit: all, or those that changed at `since` or later."""
    return Order.objects.all() if since is None else Order.objects.filter(changed_at__gte=since)


def audit_order(order_id: uuid.UUID, *, asks_gateway: bool = False) -> list[Difference]:
    """Recompute one order from its operations; what does not agree."""
    return _audit(load(order_id), asks_gateway=asks_gateway)


def audit_orders(
    orders: QuerySet[Order], *, asks_gateway: bool = False, after: uuid.UUID | None = None, most: int | None = None
) -> Iterator[tuple[uuid.UUID, list[Difference]]]:
    """Each order's id with its differences, by id; `after` and `most` say where to go on and how far."""
    left = most
    while left is None or left > 0:
        page = orders.order_by("pk") if after is None else orders.filter(pk__gt=after).order_by("pk")
        batch = list(books_of(page[: BATCH if left is None else min(left, BATCH)]))
        if not batch:
            return
        for books in batch:
            yield books.order.pk, _audit(books, asks_gateway=asks_gateway)
        after = batch[-1].order.pk
        left = None if left is None else left - len(batch)


def findings_of(books: Books, snapshot: Snapshot) -> list[Finding]:
    """What does not agree within our books, and with what the gateway has just said of the payment."""
    inside = [finding for check in _CHECKS for finding in check(books)]
    return [*inside, *outside.compare(books, snapshot), *outside.strays(books)]


def _audit(books: Books, *, asks_gateway: bool) -> list[Difference]:
    findings = [finding for check in _CHECKS for finding in check(books)]
    if asks_gateway:
        findings += _outside(books)
    order_id = books.order.pk
    return [Difference(order_id, finding.what, finding.expected, finding.found) for finding in findings]


def _outside(books: Books) -> list[Finding]:
    """The gateway is asked after our books were read: if they changed meanwhile, both are read again."""
    for _try in range(_TRIES):
        try:
            findings = list(outside.ask(books))
        except GatewayUnavailable as error:
            return [Finding(NO_ANSWER, "an answer", error.message)]
        if not findings:
            break
        fresh = load(books.order.pk)
        if (fresh.operations, fresh.events) == (books.operations, books.events):
            break
        books = fresh
    return findings
