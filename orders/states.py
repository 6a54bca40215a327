"""The order's statuses and the only moves between them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """What is stored; refunded, disputed and under review are derived and shown beside it."""

    PENDING = "pending", _("Pending")
    AUTHORIZED = "authorized", _("Authorized")
    PART_CAPTURED = "part_captured", _("Partly captured")
    CAPTURED = "captured", _("Captured")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


MOVES: dict[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.AUTHORIZED, Status.CANCELLED}),
    Status.AUTHORIZED: frozenset({Status.PART_CAPTURED, Status.CAPTURED, Status.CANCELLED, Status.EXPIRED}),
    Status.PART_CAPTURED: frozenset({Status.CAPTURED}),
    Status.CAPTURED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}

OPEN = frozenset({Status.AUTHORIZED, Status.PART_CAPTURED})
PLACED = frozenset(Status) - {Status.PENDING}


class IllegalMove(Exception):  # noqa: N818
    """A status change that the table does not know: a bug, never a user's mistake."""


def check_move(current: str, new: str) -> None:
    """Raise IllegalMove unless the table allows it."""
    if new not in MOVES[current]:
        message = f"{current} cannot become {new}"
        raise IllegalMove(message)
