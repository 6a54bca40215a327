"""Cutting a refund out of captures' frozen pieces, oldest capture first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from orders.cutting.captures import check_rates, chosen_pieces
from orders.cutting.pieces import CutError, Free, Piece, Share, by_rate, rest_by_rate


@dataclass(frozen=True)
class CaptureShares:
    """One capture: its pieces as shares, and what free refunds took of it by rate.

    `frees` are the free amounts it captured, by rate: only free amounts can be
    refunded from them.
    """

    key: str
    shares: tuple[Share, ...]
    frees: dict[int, int] = field(default_factory=dict)
    free_taken: dict[int, int] = field(default_factory=dict)

    def rest(self) -> dict[int, int]:
        """What can still be refunded of this capture at each rate."""
        rest = rest_by_rate(self.shares, self.free_taken)
        for rate, amount in self.frees.items():
            rest[rate] = rest.get(rate, 0) + amount
        return rest


Cut = dict[str, list[Piece]]  # pieces by capture


def refund_pieces(
    captures: Sequence[CaptureShares],
    *,
    quantities: Mapping[int, int],
    frees: Sequence[Free] = (),
    fee: Free | None = None,
    limit: int,
) -> Cut:
    """Pieces by capture for chosen units, free amounts and a withheld return fee.

    The fee is a negative piece: what is paid out is lines less fee, above 0. It
    uses up the lines it is withheld from, so these are at most `limit` before it.
    Raises CutError.
    """
    cut = _lines(captures, quantities)
    rest = {capture.key: capture.rest() for capture in captures}
    for capture in captures:
        taken = by_rate(cut.get(capture.key, []))
        check_rates(cut.get(capture.key, []), rest[capture.key], set(rest[capture.key]))
        if sum(taken.values()) > _all_left(rest[capture.key]):
            raise _too_much()
        rest[capture.key] = {rate: amount - taken.get(rate, 0) for rate, amount in rest[capture.key].items()}
    for free in frees:
        _spread(cut, rest, free)
    used_up = _total(cut)
    if fee is not None and fee.amount > 0:
        _withhold(cut, fee)
    if _total(cut) <= 0:
        raise CutError("nothing_chosen", _("Choose what to refund: the sum must be above 0."))
    if used_up > limit:
        raise _too_much()
    return {key: pieces for key, pieces in cut.items() if pieces}


def _total(cut: Cut) -> int:
    return sum(piece.amount for pieces in cut.values() for piece in pieces)


def _too_much() -> CutError:
    return CutError("more_than_left", _("More is chosen than can be refunded."))


def _all_left(rest: Mapping[int, int]) -> int:
    """What a capture still holds: a gift card counts against the goods of other rates."""
    return max(sum(rest.values()), 0)


def _lines(captures: Sequence[CaptureShares], quantities: Mapping[int, int]) -> Cut:
    left = {key: count for key, count in quantities.items() if count}
    cut: Cut = {}
    for capture in captures:
        here = {}
        for share in capture.shares:
            if share.key in left and not share.is_goods:
                raise CutError(
                    "not_chosen_alone", _("A discount goes along with its goods and cannot be chosen alone.")
                )
            count = min(left.get(share.key, 0), share.left_quantity)
            if count > 0:
                here[share.key] = count
                left[share.key] -= count
        cut[capture.key] = chosen_pieces(capture.shares, here)
    if any(count for count in left.values()):
        raise CutError("too_many_units", _("More units are chosen than were captured and not refunded yet."))
    return cut


def _spread(cut: Cut, rest: dict[str, dict[int, int]], free: Free) -> None:
    """Take a free amount from the captures that have something left at its rate."""
    if free.amount <= 0:
        raise CutError("nothing_chosen", _("An amount to refund must be above 0."))
    needed = free.amount
    for key, rates in rest.items():
        amount = min(needed, max(rates.get(free.tax_rate, 0), 0), _all_left(rates))
        if amount:
            cut.setdefault(key, []).append(Piece.free(Free(amount, free.tax_rate, free.name)))
            rates[free.tax_rate] -= amount
            needed -= amount
    if needed:
        raise CutError("more_than_left_at_rate", _("More is chosen than is left at this tax rate."))


def _withhold(cut: Cut, fee: Free) -> None:
    """Keep the fee back from the captures that give something, without turning one negative."""
    needed = fee.amount
    for pieces in cut.values():
        amount = min(needed, sum(piece.amount for piece in pieces))
        if amount > 0:
            pieces.append(Piece.free(Free(-amount, fee.tax_rate, fee.name), "return_fee"))
            needed -= amount
    if needed:
        raise CutError("fee_too_large", _("A return fee must be less than what is refunded."))


def refund_everything(captures: Sequence[CaptureShares], *, limit: int) -> Cut:
    """All that is left of every capture: units, then what remains at each rate."""
    cut: Cut = {}
    room = limit
    for capture in captures:
        quantities = {
            share.key: share.left_quantity for share in capture.shares if share.is_goods and share.left_quantity
        }
        pieces = chosen_pieces(capture.shares, quantities)
        rest = capture.rest()
        here = min(room, _all_left(rest))
        within = all(amount <= max(rest.get(rate, 0), 0) for rate, amount in by_rate(pieces).items())
        if not within or sum(piece.amount for piece in pieces) > here:
            pieces = []
        taken = by_rate(pieces)
        here -= sum(taken.values())
        room -= sum(taken.values())
        for rate, left in rest.items():
            amount = min(left - taken.get(rate, 0), here)
            if amount > 0:
                pieces.append(Piece.free(Free(amount, rate, _("Remaining amount"))))
                here -= amount
                room -= amount
        if pieces:
            cut[capture.key] = pieces
    if room >= limit:
        raise CutError("nothing_chosen", _("Nothing is left that can be refunded."))
    return cut
