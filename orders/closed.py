"""Why nothing of an order is reserved any more, in words."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from orders.models import Order
from orders.states import Status

_WORDS: dict[str, Callable[[], str]] = {
    Status.PENDING: lambda: _("The customer has not paid yet."),
    Status.CANCELLED: lambda: _("The order was cancelled."),
    Status.EXPIRED: lambda: _("The authorization has expired, and nothing is reserved any more."),
}


def closed_words(order: Order) -> str:
    """Why there is nothing to take or let go of, of an order that is pending, over, or captured as far as it was."""
    return _WORDS[order.status]() if order.status in _WORDS else captured_words(order)


def expired_words() -> str:
    """The hold has ended, whether or not a sweep has said so."""
    return _WORDS[Status.EXPIRED]()


def captured_words(order: Order) -> str:
    """Nothing is left to capture; of some captured orders the rest was released, or its hold ended."""
    return _("Everything has been captured.") if _is_whole(order) else _("Nothing is reserved any more.")


def captured_lines_words(order: Order) -> str:
    """The same, of lines and discounts."""
    if _is_whole(order):
        return _("Everything has been captured, and captured lines stay as they are.")
    return _("Nothing is reserved any more, and captured lines stay as they are.")


def _is_whole(order: Order) -> bool:
    """Whether all of the order's total was captured, also of one that was lowered."""
    return order.captured_amount == order.amount
