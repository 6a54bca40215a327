"""Cutting a capture out of an order's lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from orders.cutting.pieces import CutError, Free, Piece, Share, by_rate, followers, rest_by_rate


def capture_pieces(
    shares: Sequence[Share],
    free_taken: Mapping[int, int],
    *,
    quantities: Mapping[int, int],
    frees: Sequence[Free] = (),
    limit: int,
) -> list[Piece]:
    """Pieces for the chosen units and free amounts, at most `limit` in all.

    Raises CutError: nothing chosen, more units than are left, a rate the order
    has not, or more than is left at a rate or in all.
    """
    pieces = chosen_pieces(shares, quantities) + [Piece.free(each) for each in frees]
    check_rates(pieces, rest_by_rate(shares, free_taken), {share.tax_rate for share in shares})
    total = sum(piece.amount for piece in pieces)
    if total <= 0:
        raise CutError("nothing_chosen", _("Choose what to capture: the sum must be above 0."))
    if total > limit:
        raise CutError("more_than_left", _("More is chosen than is left to capture."))
    return pieces


def chosen_pieces(shares: Sequence[Share], quantities: Mapping[int, int]) -> list[Piece]:
    """Cuts of the chosen goods with the discounts that follow, in the order of the lines."""
    chosen: dict[int, Piece] = {}
    for share in shares:
        count = quantities.get(share.key, 0)
        if count == 0:
            continue
        if not share.is_goods:
            raise CutError("not_chosen_alone", _("A discount goes along with its goods and cannot be chosen alone."))
        if not 0 < count <= share.left_quantity:
            words = _("%(name)s: at most %(left)s are left.") % {"name": share.name, "left": share.left_quantity}
            raise CutError("too_many_units", words)
        chosen[share.key] = share.cut(count)
    return [*chosen.values(), *followers(shares, chosen)] if chosen else []


def check_rates(pieces: Sequence[Piece], rest: Mapping[int, int], rates: set[int]) -> None:
    """Raise CutError when a rate is foreign or more is cut from it than is left."""
    for rate, amount in by_rate(pieces).items():
        if rate not in rates:
            raise CutError("foreign_rate", _("Choose one of the order's tax rates."))
        if amount > max(rest.get(rate, 0), 0):
            raise CutError("more_than_left_at_rate", _("More is chosen than is left at this tax rate."))


def capture_everything(shares: Sequence[Share], free_taken: Mapping[int, int], *, limit: int) -> list[Piece]:
    """All that is left: lines as far as they fit, then one "Remaining amount" per rate."""
    rest = rest_by_rate(shares, free_taken)
    quantities: dict[int, int] = {}
    for share in shares:
        if share.is_goods and share.left_quantity:
            attempt = {**quantities, share.key: share.left_quantity}
            if _fits(chosen_pieces(shares, attempt), rest, limit):
                quantities = attempt
    pieces = chosen_pieces(shares, quantities)
    room = limit - sum(piece.amount for piece in pieces)
    taken = by_rate(pieces)
    for rate in sorted(rest, reverse=True):
        amount = min(rest[rate] - taken.get(rate, 0), room)
        if amount > 0:
            pieces.append(Piece.free(Free(amount, rate, _("Remaining amount"))))
            room -= amount
    return pieces


def _fits(pieces: Sequence[Piece], rest: Mapping[int, int], limit: int) -> bool:
    within = all(amount <= max(rest.get(rate, 0), 0) for rate, amount in by_rate(pieces).items())
    return within and sum(piece.amount for piece in pieces) <= limit
