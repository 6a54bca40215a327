"""What a gateway tells only as sums that grow: the difference to ours is what moved."""

from __future__ import annotations

import uuid
from datetime import datetime

from orders.models import Kind, Operation, Order, State
from payments.gateway import Movement, Outcome, Snapshot

SUM = "sum-"  # the reference of what was booked because a sum had grown


def is_by_sums(order: Order, snapshot: Snapshot) -> bool:
    """Whether sums are compared: no movements are told, or were not when the first of them was booked."""
    if not snapshot.tells_movements:
        return True
    told = Operation.objects.filter(order=order, state=State.SUCCEEDED, gateway_reference__startswith=SUM)
    return told.exists()


def deltas(order: Order, snapshot: Snapshot, *, at: datetime) -> list[Movement]:
    """What moved beyond our books of a locked order, in minor units, each kind once.

    Nothing of a kind of which something of ours is in flight: the difference
    may be that. A sum below ours is none of these: it is only reported.
    """
    found = []
    for kind, theirs, ours, is_busy in _sums(order, snapshot):
        if theirs > ours and not is_busy:
            reference = _reference(order, kind, theirs)
            found.append(Movement(kind, reference, "", theirs - ours, at, Outcome.SUCCEEDED))
    return found


def _sums(order: Order, snapshot: Snapshot) -> list[tuple[Kind, int, int, bool]]:
    # a capture on its way may let go of the rest, and a void of what would be captured
    is_held = bool(order.capturing_amount or order.releasing_amount or order.adjusting_amount)
    let_go = Kind.RELEASE if snapshot.captured_amount else Kind.VOID
    return [
        (Kind.CAPTURE, snapshot.captured_amount, order.captured_amount, is_held),
        (Kind.REFUND, snapshot.refunded_amount, order.refunded_amount, bool(order.refunding_amount)),
        (let_go, snapshot.released_amount, order.released_amount, is_held),
    ]


def _reference(order: Order, kind: str, total: int) -> str:
    """The same for the same sum of the same payment: told again it is booked already."""
    return f"{SUM}{uuid.uuid5(order.paying_account.pk, f'{order.payment_reference}:{kind}:{total}')}"
