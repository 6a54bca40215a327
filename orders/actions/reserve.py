"""Writing an operation down before it is tried, with its sum in flight."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.access import Access
from common.actor import Actor
from orders.actions.alerts import raise_half_ended
from orders.actions.lock import check_version, locked, refuse
from orders.cutting import Piece
from orders.models import Kind, Operation, OperationLine, Order
from orders.rules import Verb, obstacle

LEASE = timedelta(seconds=30)  # longer than the gateway's timeouts; then the sweep takes over

# the column that holds a kind's money while its outcome is not known
IN_FLIGHT_COLUMN: dict[str, str] = {
    Kind.CAPTURE: "capturing_amount",
    Kind.VOID: "releasing_amount",
    Kind.RELEASE: "releasing_amount",
    Kind.REFUND: "refunding_amount",
    Kind.ADJUST: "adjusting_amount",
}


def key_of(kind: str, order_id: uuid.UUID, wish: str) -> str:
    """The idempotency key of a wish: of this order only, and within 64 characters."""
    return f"{kind}-{uuid.uuid5(order_id, wish)}"


def ready(
    order_id: uuid.UUID, verb: Verb, key: str, *, version: int | None, access: Access | None, at: datetime
) -> tuple[Order, Operation | None]:
    """Lock the order and ask version and rules; the earlier operation of the same key wins.

    Raises DomainError `stale`, which says who did what, or the obstacle.
    """
    order = locked(order_id, access=access)
    earlier = Operation.objects.filter(key=key).first()
    if earlier is not None:
        return order, earlier
    found = obstacle(order, verb, access, at)
    if found is not None:
        refuse(order, found, version)
    check_version(order, version)
    return order, None


def reserve(
    order: Order,
    kind: str,
    amount: int,
    key: str,
    *,
    by: Actor,
    at: datetime,
    pieces: Mapping[uuid.UUID | None, Sequence[Piece]] | None = None,
    wished: dict[str, Any] | None = None,
    **fields: Any,
) -> Operation:
    """Write an operation on a locked and checked order; refunds name the capture of each piece.

    `wished` is what a step of several movements was to do, when this is one of them.
    """
    operation = Operation.objects.create(
        order=order,
        kind=kind,
        amount=amount,
        currency=order.currency,
        key=key,
        gateway_account=order.paying_account,
        payment_reference=order.payment_reference,
        origin=by.origin,
        actor=by.label,
        user_id=by.user_id,
        requested_at=at,
        next_check_at=at + LEASE,
        **fields,
    )
    freeze(operation, pieces or {})
    raise_half_ended(order, operation, wished, at=at)
    order.version += 1
    order.changed_at = at
    order.save(update_fields=["version", "changed_at", *put_in_flight(order, operation, 1)])
    return operation


def put_in_flight(order: Order, operation: Operation, sign: int) -> list[str]:
    """Count an operation's sum, and the fee a refund withholds, as in flight (1) or landed (-1); the columns to save."""
    column = IN_FLIGHT_COLUMN.get(operation.kind)
    if column is None:
        return []
    setattr(order, column, getattr(order, column) + sign * operation.amount)
    if operation.kind != Kind.REFUND:
        return [column]
    order.withholding_amount += sign * operation.withheld_amount
    return [column, "withholding_amount"]


def freeze(operation: Operation, pieces: Mapping[uuid.UUID | None, Sequence[Piece]]) -> None:
    """Keep the cuts as they were when the operation was reserved."""
    OperationLine.objects.bulk_create(
        OperationLine(
            operation=operation,
            capture_id=capture,
            line_id=piece.key,
            name=piece.name,
            type=piece.type,
            quantity=piece.quantity,
            amount=piece.amount,
            tax_amount=piece.tax_amount,
            tax_rate=piece.tax_rate,
        )
        for capture, cut in pieces.items()
        for piece in cut
    )
