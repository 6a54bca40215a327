"""What somebody chose to capture or refund, and what there is to choose from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from common.money import tax_of
from orders.cutting import CaptureShares, Free, Share
from orders.models import Kind, Line, OperationLine, Order, State


@dataclass(frozen=True, slots=True)
class Selection:
    """Units by line id, free amounts, a return fee; or everything that is left, perhaps of one capture only."""

    quantities: dict[int, int] = field(default_factory=dict)
    frees: tuple[Free, ...] = ()
    fee: Free | None = None
    is_everything: bool = False
    capture: uuid.UUID | None = None


EVERYTHING = Selection(is_everything=True)


@dataclass(frozen=True)
class Rest:
    """What is left to capture: the lines with what was taken of them, and free amounts by rate."""

    shares: tuple[Share, ...]
    free_taken: dict[int, int]


def rest_to_capture(order: Order) -> Rest:
    """The order's lines less what captures took or are taking. Two queries.

    Pieces are counted by item: what was captured of a line before an edit stays
    captured of it after.
    """
    pieces = list(_pieces(order, Kind.CAPTURE).select_related("operation", "line"))
    lines = Line.objects.filter(order=order, revision=order.revision).order_by("position")
    taken = _by_item(pieces)
    shares = tuple(_share(line, taken.get(line.item, [])) for line in lines)
    return Rest(shares, _free(pieces))


def rest_to_refund(order: Order) -> list[CaptureShares]:
    """Every succeeded capture, oldest first, less what refunds took or are taking. Two queries."""
    pieces = _pieces(order, Kind.CAPTURE).select_related("operation")
    captured = [piece for piece in pieces if piece.operation.state == State.SUCCEEDED]
    refunded = list(_pieces(order, Kind.REFUND))
    keys = list(dict.fromkeys(piece.operation_id for piece in captured))
    return [
        _capture_shares(
            str(key),
            [piece for piece in captured if piece.operation_id == key],
            [piece for piece in refunded if piece.capture_id == key],
        )
        for key in keys
    ]


def _pieces(order: Order, kind: str) -> QuerySet[OperationLine]:
    pieces = OperationLine.objects.filter(operation__order=order, operation__kind=kind, operation__is_stray=False)
    # what came back can be refunded again
    found = pieces.exclude(operation__state=State.DECLINED).filter(operation__reversal=None)
    return found.order_by("operation__requested_at", "operation_id", "pk")


def _by_item(pieces: Iterable[OperationLine]) -> dict[uuid.UUID, list[OperationLine]]:
    found: dict[uuid.UUID, list[OperationLine]] = {}
    for piece in pieces:
        if piece.line is not None:
            found.setdefault(piece.line.item, []).append(piece)
    return found


def _by_line(pieces: Iterable[OperationLine]) -> dict[int, list[OperationLine]]:
    found: dict[int, list[OperationLine]] = {}
    for piece in pieces:
        if piece.line_id is not None:
            found.setdefault(piece.line_id, []).append(piece)
    return found


def _free(pieces: Iterable[OperationLine], sign: int = 1) -> dict[int, int]:
    """Free amounts by rate; a withheld fee takes nothing from a rate."""
    sums: dict[int, int] = {}
    for piece in pieces:
        if piece.line_id is None and piece.type != "return_fee":
            sums[piece.tax_rate] = sums.get(piece.tax_rate, 0) + sign * piece.amount
    return sums


def _share(line: Line, taken: list[OperationLine]) -> Share:
    sums = _sums(taken)
    before = any(piece.line is not None and piece.line.revision != line.revision for piece in taken)
    # what a declined capture left of it after all follows goods again
    is_locked = before and sums["taken_amount"] == line.total_amount
    return Share(
        line.pk, line.name, line.type, line.quantity, line.total_amount, line.tax_rate,
        **sums, is_locked=is_locked, tax=_own_tax(line),
    )  # fmt: skip


def _own_tax(line: Line) -> int | None:
    """The tax of a part that was captured before an edit, frozen with it; None when the rate tells it."""
    return None if line.tax_amount == tax_of(line.total_amount, line.tax_rate) else line.tax_amount


def _sums(taken: list[OperationLine]) -> dict[str, Any]:
    return {
        "taken_quantity": sum(piece.quantity for piece in taken),
        "taken_amount": sum(piece.amount for piece in taken),
        "taken_tax": sum(piece.tax_amount for piece in taken),
    }


def _capture_shares(key: str, captured: list[OperationLine], refunded: list[OperationLine]) -> CaptureShares:
    taken = _by_line(refunded)
    shares = tuple(
        Share(
            piece.line_id, piece.name, piece.type, piece.quantity, piece.amount, piece.tax_rate,
            **_sums(taken.get(piece.line_id, [])), tax=piece.tax_amount,
        )
        for piece in captured
        if piece.line_id is not None
    )  # fmt: skip
    return CaptureShares(key, shares, _free(captured), _free(refunded))
