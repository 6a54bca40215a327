"""Everything written down about one order, read in one statement.

One statement sees one moment: an order somebody is acting on is read whole, before or after.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from orders.models import Event, Kind, Line, Operation, OperationLine, Order, State
from orders.models.operations import IN_FLIGHT
from orders.timeline import What

Row = Mapping[str, Any]

_OPERATION = (
    "id",
    "kind",
    "state",
    "amount",
    "currency",
    "is_stray",
    "key",
    "payment_reference",
    "gateway_reference",
    "reverses_id",
)
_PIECE = ("operation_id", "capture_id", "line_id", "type", "quantity", "amount", "tax_amount", "tax_rate")
_LINE = ("id", "revision", "name", "quantity", "total_amount", "tax_amount", "tax_rate", "item")
_EVENT = ("seq", "kind", "amount", "operation_id", "data")


@dataclass(frozen=True, slots=True)
class Books:
    """An order with its operations, pieces, lines and events. Identifiers in rows are text."""

    order: Order
    operations: list[Row]
    pieces: list[Row]
    lines: list[Row]
    events: list[Row]

    def own(self, *kinds: str, states: Iterable[str] = (State.SUCCEEDED,)) -> list[Row]:
        """Operations on the order's own money in these states."""
        wanted = set(states)
        return [o for o in self.operations if not o["is_stray"] and o["kind"] in kinds and o["state"] in wanted]

    def total(self, *kinds: str, states: Iterable[str] = (State.SUCCEEDED,)) -> int:
        """The sum of such operations."""
        return sum(operation["amount"] for operation in self.own(*kinds, states=states))

    def in_flight(self, *kinds: str) -> int:
        """The sum of operations whose outcome nobody knows yet."""
        return self.total(*kinds, states=IN_FLIGHT)

    def let_go(self) -> int:
        """What ended without an operation: holds that expired, reviews that were rejected."""
        return sum(event["amount"] or 0 for event in self.events if _is_end(event))

    def reversed_ids(self) -> set[str]:
        """Refunds that came back: what they gave is the merchant's again."""
        return {operation["reverses_id"] for operation in self.own(Kind.REVERSAL)}

    def edits(self) -> list[Row]:
        """Entries of the timeline that made other lines current, oldest first."""
        return sorted((event for event in self.events if event["kind"] in _REVISED), key=lambda event: event["seq"])

    def pieces_of(self, kind: str) -> list[Row]:
        """Pieces of the order's own operations of this kind that took or may take something."""
        states = [state for state in State if state != State.DECLINED]
        counted = {operation["id"] for operation in self.own(kind, states=states)} - self.reversed_ids()
        return [piece for piece in self.pieces if piece["operation_id"] in counted]


_REVISED = (What.ORDER_AMENDED, What.ORDER_EDITED)


def _is_end(event: Row) -> bool:
    if event["operation_id"] is not None:
        return False
    if event["kind"] == What.ORDER_CANCELLED:
        return bool(event["data"].get("reason") == "review_rejected")
    return bool(event["kind"] == What.ORDER_EXPIRED)


def books_of(orders: QuerySet[Order]) -> Iterator[Books]:
    """The books of these orders, in the order of the query."""
    rows = orders.select_related("gateway_account__store").annotate(
        audit_operations=_rows(Operation.objects.filter(order=OuterRef("pk")), _OPERATION),
        audit_pieces=_rows(OperationLine.objects.filter(operation__order=OuterRef("pk")), _PIECE),
        audit_lines=_rows(Line.objects.filter(order=OuterRef("pk")), _LINE),
        audit_events=_rows(Event.objects.filter(order=OuterRef("pk")), _EVENT),
    )
    for order in rows:
        found = [getattr(order, f"audit_{name}") or [] for name in ("operations", "pieces", "lines", "events")]
        yield Books(order, *found)


def load(order_id: uuid.UUID) -> Books:
    """The books of one order."""
    return next(books_of(Order.objects.filter(pk=order_id)))


def _rows(rows: QuerySet[Any], fields: Iterable[str]) -> ArraySubquery:
    shape = JSONObject(**{name: F(name) for name in fields})
    return ArraySubquery(rows.order_by("pk").values(audit_row=shape))


CAPTURES, REFUNDS = Kind.CAPTURE, Kind.REFUND
RELEASES = (Kind.VOID, Kind.RELEASE)
