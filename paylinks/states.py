"""The payment link's statuses, and an attempt's."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LinkStatus(TextChoices):
    """What is stored; past its end an open link reads expired, sweep or not."""

    CREATED = "created", _("Created")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


OPEN = frozenset({LinkStatus.CREATED, LinkStatus.IN_PROGRESS})

LINK_MOVES: dict[str, frozenset[str]] = {
    LinkStatus.CREATED: frozenset(LinkStatus) - {LinkStatus.CREATED},
    LinkStatus.IN_PROGRESS: frozenset({LinkStatus.COMPLETED, LinkStatus.CANCELLED, LinkStatus.EXPIRED}),
    LinkStatus.COMPLETED: frozenset(),
    LinkStatus.CANCELLED: frozenset(),
    LinkStatus.EXPIRED: frozenset(),
}


class AttemptState(TextChoices):
    """One try of a customer to pay."""

    BEGUN = "begun", _("Begun")
    AUTHORIZED = "authorized", _("Authorized")
    DECLINED = "declined", _("Declined")
    ABANDONED = "abandoned", _("Abandoned")
    REVERSED = "reversed", _("Reversed")


ATTEMPT_MOVES: dict[str, frozenset[str]] = {
    AttemptState.BEGUN: frozenset(AttemptState) - {AttemptState.BEGUN},
    AttemptState.AUTHORIZED: frozenset(),
    # Money can still come after we thought the try was over; then it goes back.
    AttemptState.DECLINED: frozenset({AttemptState.REVERSED}),
    AttemptState.ABANDONED: frozenset({AttemptState.REVERSED}),
    AttemptState.REVERSED: frozenset(),
}


class IllegalMove(Exception):  # noqa: N818
    """A status change that the table does not know: a bug, never a user's mistake."""


def check_move(moves: dict[str, frozenset[str]], current: str, new: str) -> None:
    """Raise IllegalMove unless the table allows it."""
    if new not in moves[current]:
        message = f"{current} cannot become {new}"
        raise IllegalMove(message)
