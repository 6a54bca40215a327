"""Who carries an operation to its gateway: one caller at a time."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import F, Q

from orders.actions.reserve import LEASE
from orders.models import Operation, State


def take(operation_id: uuid.UUID, *, at: datetime) -> bool:
    """Whether this caller is the one to send a requested operation now.

    The first is, whoever it is: the one who reserved it, or a worker. Others
    are not until its lease is over; it has died then, and the next one is, or
    the sweep. To be called outside of a transaction.
    """
    requested = Operation.objects.filter(pk=operation_id, state=State.REQUESTED)
    # Two at once: the one whose UPDATE counts goes on, for the other then sees it taken.
    free = requested.filter(Q(checks=0) | Q(next_check_at__lte=at))
    return free.update(checks=F("checks") + 1, next_check_at=at + LEASE) == 1


def leave(operation_id: uuid.UUID) -> None:
    """It surely never arrived: whoever presses again may send it at once."""
    Operation.objects.filter(pk=operation_id, state=State.REQUESTED).update(checks=0)
