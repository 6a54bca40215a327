"""Capture an order, whole or in parts: reserve, call, settle."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.access import Access
from accounts.roles import Permission
from common.actor import Actor
from orders import operations
from orders.abilities import check_part_capture, lets_rest_go
from orders.actions.reserve import key_of, ready, reserve
from orders.cutting import Piece, capture_everything, capture_pieces
from orders.models import Kind, Operation, Order
from orders.rules import Verb, obstacle
from orders.selection import EVERYTHING, Selection, rest_to_capture


@transaction.atomic(durable=True)
def request_capture(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
    selection: Selection = EVERYTHING,
    reference: str = "",
    description: str = "",
    has_release: bool = False,
) -> Operation:
    """Reserve a capture of what is selected, under the order's lock.

    `key` names this wish: posted twice it is done once. Raises DomainError when
    a rule forbids it, the order changed since `version`, or the selection
    cannot be cut. `has_release` lets go of the rest afterwards, which is a permission
    of its own (PermissionDenied); a method that allows one capture does so anyway (the
    rule of part captures).
    """
    name = key_of(Kind.CAPTURE, order_id, key)
    order, earlier = ready(order_id, Verb.CAPTURE, name, version=version, access=access, at=at)
    if earlier is not None:
        return earlier
    pieces = cut_capture(order, selection)
    is_lost = lets_rest_go(order, _sum(pieces), is_wished=False)
    if has_release and not is_lost and access is not None:
        access.need(Permission.ORDERS_RELEASE, order.store_id)
    rest_goes = is_lost or lets_rest_go(order, _sum(pieces), is_wished=has_release)
    fields = {"reference": reference, "description": description, "has_release": rest_goes}
    return _reserve(order, name, pieces, by=by, at=at, **fields)


capture_order = operations.carried_out(request_capture)


def cut_capture(order: Order, selection: Selection) -> list[Piece]:
    """The pieces of a selection, for the preview and the reservation alike. Raises CutError."""
    rest = rest_to_capture(order)
    if selection.is_everything:  # cannot be a part
        return capture_everything(rest.shares, rest.free_taken, limit=order.capturable_amount)
    pieces = capture_pieces(
        rest.shares,
        rest.free_taken,
        quantities=selection.quantities,
        frees=selection.frees,
        limit=order.capturable_amount,
    )
    check_part_capture(order, _sum(pieces))
    return pieces


def _reserve(order: Order, key: str, pieces: list[Piece], *, by: Actor, at: datetime, **fields: Any) -> Operation:
    return reserve(order, Kind.CAPTURE, _sum(pieces), key, by=by, at=at, pieces={None: pieces}, **fields)


def _sum(pieces: list[Piece]) -> int:
    return sum(piece.amount for piece in pieces)


def reserve_auto_capture(order: Order, *, at: datetime) -> Operation | None:
    """Reserve the capture chosen when the order was created; None when it is not to be.

    Part of the transaction that authorizes, so it cannot be forgotten.
    """
    if not order.auto_capture or obstacle(order, Verb.CAPTURE, None, at) is not None:
        return None
    by = Actor.system(order.auto_capture_by)
    return _reserve(order, f"auto-{order.pk}", cut_capture(order, EVERYTHING), by=by, at=at, is_automatic=True)
