"""What a gateway still holds or keeps of a payment that is nobody's, and the movement that gives it back."""

from __future__ import annotations

from datetime import datetime

from orders.models import Kind
from payments.gateway import Outcome, SessionState, Snapshot

_HELD = frozenset({SessionState.AUTHORIZED, SessionState.UNDER_REVIEW})
Owed = tuple[Kind, int]


def owed(snapshot: Snapshot, at: datetime) -> Owed | None:
    """The next movement with its sum in minor units; None when nothing is held and nothing was kept.

    Taken money is refunded first, then what is still reserved is let go of. A hold
    that has ended by `at` holds nothing.
    """
    kept = snapshot.captured_amount - snapshot.refunded_amount
    if kept > 0:
        return Kind.REFUND, kept
    held = snapshot.amount - snapshot.captured_amount - snapshot.released_amount
    has_ended = snapshot.expires_at is not None and snapshot.expires_at <= at
    if held <= 0 or has_ended or snapshot.state not in _HELD or not snapshot.payment_reference:
        return None
    return (Kind.RELEASE if snapshot.captured_amount else Kind.VOID), held


def is_moving(snapshot: Snapshot) -> bool:
    """Whether something is under way at the gateway: what is owed is known only after it."""
    return any(movement.state == Outcome.PENDING for movement in snapshot.movements)
