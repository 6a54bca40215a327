"""Refund what was captured, whole or in parts: reserve, call, settle."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from orders import operations
from orders.abilities import check_part_refund
from orders.actions.reserve import key_of, ready, reserve
from orders.cutting import Piece, refund_everything, refund_pieces
from orders.models import Kind, Operation, Order
from orders.rules import Verb
from orders.selection import EVERYTHING, Selection, rest_to_refund


@transaction.atomic(durable=True)
def request_refund(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
    selection: Selection = EVERYTHING,
    reason: str = "",
    tells_customer: bool = True,
    wish: uuid.UUID | None = None,
    wished: dict[str, Any] | None = None,
) -> Operation:
    """Reserve a refund of captured money, under the order's lock.

    The sum is cut from the captures' frozen pieces, oldest first, and a return
    fee is withheld. Refunds of one `wish` are told to the customer in one
    message. Raises DomainError as capturing does.
    """
    name = key_of(Kind.REFUND, order_id, key)
    order, earlier = ready(order_id, Verb.REFUND, name, version=version, access=access, at=at)
    if earlier is not None:
        return earlier
    cut = cut_refund(order, selection)
    amount = sum(piece.amount for pieces in cut.values() for piece in pieces)
    return reserve(
        order,
        Kind.REFUND,
        amount,
        name,
        by=by,
        at=at,
        pieces={uuid.UUID(capture): pieces for capture, pieces in cut.items()},
        reason=reason,
        tells_customer=tells_customer,
        wish=wish,
        wished=wished,
    )


refund_order = operations.carried_out(request_refund)


def cut_refund(order: Order, selection: Selection) -> dict[str, list[Piece]]:
    """The pieces by capture, for the preview and the reservation alike. Raises CutError."""
    captures = rest_to_refund(order)
    if selection.capture is not None:
        captures = [capture for capture in captures if capture.key == str(selection.capture)]
    if selection.is_everything:
        cut = refund_everything(captures, limit=order.refundable_amount)
    else:
        cut = refund_pieces(
            captures,
            quantities=selection.quantities,
            frees=selection.frees,
            fee=selection.fee,
            limit=order.refundable_amount,
        )
    check_part_refund(order, sum(piece.amount for pieces in cut.values() for piece in pieces))
    return cut
