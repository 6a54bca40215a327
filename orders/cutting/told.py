"""Sums a gateway tells without lines: cut like everything when they are, else as free amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from orders.cutting.captures import capture_everything
from orders.cutting.pieces import CutError, Free, Piece, Share, rest_by_rate
from orders.cutting.refunds import CaptureShares, Cut, refund_everything


def told_capture(
    shares: Sequence[Share], free_taken: Mapping[int, int], *, amount: int, limit: int, name: str
) -> list[Piece]:
    """Pieces of a captured sum; from the highest tax rate down, as the remaining amount is cut.

    Raises CutError when there is not that much left.
    """
    if not 0 < amount <= limit:
        raise _too_much()
    if amount == limit:
        pieces = capture_everything(shares, free_taken, limit=limit)
    else:
        pieces = _spread(rest_by_rate(shares, free_taken), amount, name)
    if sum(piece.amount for piece in pieces) != amount:
        raise _too_much()
    return pieces


def told_refund(captures: Sequence[CaptureShares], *, amount: int, limit: int, name: str) -> Cut:
    """Pieces of a refunded sum by capture, the oldest first.

    Raises CutError when there is not that much left.
    """
    if not 0 < amount <= limit:
        raise _too_much()
    if amount == limit:
        return _whole(refund_everything(captures, limit=limit), amount)
    cut: Cut = {}
    needed = amount
    for capture in captures:
        rest = capture.rest()
        pieces = _spread(rest, min(needed, max(sum(rest.values()), 0)), name)
        if pieces:
            cut[capture.key] = pieces
            needed -= sum(piece.amount for piece in pieces)
    return _whole(cut, amount)


def _spread(rest: Mapping[int, int], amount: int, name: str) -> list[Piece]:
    pieces = []
    for rate in sorted(rest, reverse=True):
        here = min(rest[rate], amount)
        if here > 0:
            pieces.append(Piece.free(Free(here, rate, name)))
            amount -= here
    return pieces


def _whole(cut: Cut, amount: int) -> Cut:
    if sum(piece.amount for pieces in cut.values() for piece in pieces) != amount:
        raise _too_much()
    return cut


def _too_much() -> CutError:
    return CutError("more_than_left", _("More is chosen than is left to capture."))
