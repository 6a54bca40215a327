"""Make other lines the order's: what an edit comes to when nothing stands in its way any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from common.actor import Actor
from orders.actions.let_go import release_rest
from orders.documents import request_slip
from orders.editing.plan import edit_changes
from orders.editing.standing import Part, standing_of
from orders.messages import queue_edited
from orders.models import Line, Operation, Order
from orders.states import Status
from orders.timeline import What, record

_FIELDS = ("revision", "amount", "tax_amount", "authorized_amount")


def write_lines(order: Order, revision: int, parts: Sequence[Part]) -> None:
    """Freeze the parts as the lines of a revision that is not current yet."""
    Line.objects.bulk_create(
        Line(
            order=order,
            revision=revision,
            item=part.item,
            position=position,
            type=part.line.type,
            name=part.line.name,
            reference=part.line.reference,
            quantity=part.line.quantity,
            quantity_unit=part.unit,
            unit_price=part.line.unit_price,
            tax_rate=part.line.tax_rate,
            discount_amount=part.line.discount_amount,
            total_amount=part.line.total_amount,
            tax_amount=part.tax_amount,
        )
        for position, part in enumerate(parts, start=1)
    )


def complete(order: Order) -> None:
    """A partly captured order of which nothing is reserved any more is captured."""
    if order.status == Status.PART_CAPTURED and not order.reserved_amount:
        order.move_to(Status.CAPTURED)
        order.save(update_fields=["status"])


def turn_to(
    order: Order,
    revision: int,
    *,
    tells_customer: bool,
    by: Actor,
    at: datetime,
    operation: Operation | None = None,
    key: str = "",
) -> None:
    """Make the lines of `revision` current on a locked order, with their sums in minor units.

    Without an `operation` no money moved at the gateway, and the event keeps the
    wish's `key`. What the gateway holds beyond the total is released when
    nothing is left to capture.
    """
    lines = list(Line.objects.filter(order=order, revision=revision).order_by("position"))
    changes = edit_changes(standing_of(order, revision), {line.item: line for line in lines})
    before = order.amount
    order.revision = revision
    order.amount = sum(line.total_amount for line in lines)
    order.tax_amount = sum(line.tax_amount for line in lines)
    order.save(update_fields=_FIELDS)
    complete(order)
    data = {"revision": revision, "old_total": before, "new_total": order.amount, "changes": changes, "key": key}
    amount = operation.amount if operation else order.amount
    record(order, What.ORDER_EDITED, by=by, at=at, amount=amount, operation=operation, data=data)
    if tells_customer:
        queue_edited(order, revision, by=by, at=at)
    release_rest(order, at=at)
    if order.captured_amount:
        request_slip(order, at)
