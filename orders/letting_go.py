"""What cancelling, ending or releasing an order does to its money: told in words and sums before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import times
from common.money import format_money
from orders.actions.unwind import due_refunds
from orders.choosing import payouts
from orders.choosing.sums import Sum, taxes_of
from orders.cutting import Piece, capture_everything, refund_everything
from orders.models import Operation, Order
from orders.rules import Verb
from orders.selection import rest_to_capture, rest_to_refund


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moves: what becomes of it, how much in minor units, and the VAT in it by rate."""

    words: str
    amount: int
    taxes: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The movements in the order they are made, what they do to the next payout, and the button's words."""

    movements: tuple[Movement, ...]
    payout: str
    button: str


def preview_of(order: Order, verb: Verb, *, releases: bool) -> Preview | None:
    """What `verb` does; None for what lets go of nothing. `releases` says whether what is left after captures can go."""
    if verb == Verb.EXTEND:
        return None
    return _release(order) if verb == Verb.RELEASE else _end(order, releases=releases)


def _end(order: Order, *, releases: bool) -> Preview:
    """What is reserved is let go, then all that was captured goes back, each capture by itself."""
    released = order.releasable_amount if releases or not order.captured_amount else 0
    refunded = order.refundable_amount
    is_paid_back = order.is_charged_at_once and not order.is_under_review and not order.captured_amount
    movements = []
    if released:
        words = _("Paid back") if is_paid_back else _("Released, never charged")
        movements.append(_movement(order, words, released, _rest(order)))
    if refunded:
        movements += _refunds(order)
    sums = {"released": _say(order, released), "refunded": _say(order, refunded)}
    payout = payouts.shrinks(sums["refunded"]) if refunded else payouts.stays()
    button = _end_words(released, refunded, is_paid_back=is_paid_back) % sums
    return Preview(tuple(movements), f"{payout} {_held(order)}".strip(), button)


def _held(order: Order) -> str:
    """What an open dispute keeps from being refunded."""
    held = order.charged_back_amount
    return _("A dispute holds %(held)s: that is not refunded.") % {"held": _say(order, held)} if held else ""


def _release(order: Order) -> Preview:
    """Release remaining: nobody was charged for it, so no payout knows of it."""
    amount = order.releasable_amount
    movement = _movement(order, _("Released, never charged"), amount, _rest(order) if amount > 0 else ())
    return Preview((movement,), payouts.stays(), _("Release %(released)s") % {"released": _say(order, amount)})


def _end_words(released: int, refunded: int, *, is_paid_back: bool) -> str:
    """The button: the verb, then every sum that moves."""
    if released and refunded:
        return _("Cancel order, release %(released)s, refund %(refunded)s")
    if refunded:
        return _("Cancel order, refund %(refunded)s")
    if is_paid_back:
        return _("Cancel order, pay back %(released)s")
    return _("Cancel order, release %(released)s") if released else _("Cancel order")


def _movement(order: Order, words: str, amount: int, pieces: Iterable[Piece]) -> Movement:
    return Movement(words, amount, tuple(taxes_of(pieces, order.currency)))


def _rest(order: Order) -> list[Piece]:
    """What was ordered and not captured; what is held beyond a lowered total is of no rate."""
    rest = rest_to_capture(order)
    return capture_everything(rest.shares, rest.free_taken, limit=max(order.capturable_amount, 0))


def _refunds(order: Order) -> list[Movement]:
    """What goes back of each capture, as ending the order refunds them."""
    cut = refund_everything(rest_to_refund(order), limit=order.refundable_amount)
    due = due_refunds(order)
    if len(due) == 1:
        pieces = [piece for each in cut.values() for piece in each]
        return [_movement(order, _("Refunded to the customer"), sum(due.values()), pieces)]
    made = Operation.objects.in_bulk(due)
    names = {str(key): times.stamp(made[key].settled_at or made[key].requested_at) for key in due if key}
    words = _("Refunded, captured %(when)s")
    return [
        _movement(order, words % {"when": names[key]}, sum(piece.amount for piece in pieces), pieces)
        for key, pieces in cut.items()
    ]


def _say(order: Order, minor: int) -> str:
    return format_money(minor, order.currency, get_language() or "en")
