"""Everything written down about one order, read in one statement.

One statement sees one moment: an order somebody is acting on is read whole, before or after.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, Model, QuerySet
from django.db.models.expressions import RawSQL

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
_ROWS: ArrayField[Any, Any] = ArrayField(JSONField())


def _rows(model: type[Model], fields: Iterable[str], of_order: str = "entry.order_id = orders_order.id") -> str:
    """Written once: composing it anew took longer than reading the books of a usual order."""
    shape = ", ".join(f"'{field}', entry.{field}" for field in fields)
    table = model._meta.db_table  # noqa: SLF001 - the model's own words, like the fields
    return f"ARRAY(SELECT jsonb_build_object({shape}) FROM {table} entry WHERE {of_order} ORDER BY entry.id)"  # noqa: S608


_OWN = "entry.operation_id IN (SELECT id FROM orders_operation WHERE order_id = orders_order.id)"
_BOOKS = {
    "operations": _rows(Operation, _OPERATION),
    "pieces": _rows(OperationLine, _PIECE, _OWN),
    "lines": _rows(Line, _LINE),
    "events": _rows(Event, _EVENT),
}


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
        **{f"audit_{name}": RawSQL(rows, (), _ROWS) for name, rows in _BOOKS.items()}  # noqa: S611 - made above
    )
    for order in rows:
        yield Books(order, **{name: getattr(order, f"audit_{name}") or [] for name in _BOOKS})


def load(order_id: uuid.UUID) -> Books:
    """The books of one order."""
    return next(books_of(Order.objects.filter(pk=order_id)))


CAPTURES, REFUNDS = Kind.CAPTURE, Kind.REFUND
RELEASES = (Kind.VOID, Kind.RELEASE)
