"""Refunds that were confirmed in one step are told to the customer in one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from messaging.actions import hold_back
from messaging.models import Message
from orders.models import Kind, Operation, State

PAUSE = timedelta(minutes=1)  # longer than the gateway may take for the next of them


def is_joined(refund: Operation, kind: str, *, at: datetime) -> bool:
    """Whether a message about an earlier refund of the same wish still waits to leave, and so tells of this one too."""
    earlier = _of_wish(refund).exclude(pk=refund.pk)
    waiting = Q(kind=kind, subject_id__in=list(earlier.values_list("pk", flat=True)))
    return hold_back(waiting, at=at, due=at + PAUSE)


def refunds_of(message: Message) -> list[Operation]:
    """The refunds a message tells of: its own, and those of the same wish that joined it, oldest first.

    One that came too late for it has a message of its own, which tells of those
    after that. What came back is not told, but for the refund it was queued for.
    """
    own = Operation.objects.filter(pk=message.subject_id).first() if message.subject_id else None
    if own is None or own.wish is None:
        return [own] if own else []
    refunds = list(_of_wish(own).filter(Q(reversal=None) | Q(pk=own.pk)).order_by("settled_at", "requested_at"))
    told = Message.objects.filter(kind=message.kind, subject_id__in=[refund.pk for refund in refunds])
    starts = set(told.values_list("subject_id", flat=True))
    found = [own]
    for refund in refunds[refunds.index(own) + 1 :]:
        if refund.pk in starts:
            break
        found.append(refund)
    return found


def has_last(refunds: Sequence[Operation]) -> bool:
    """Whether the last refund of their order is among them."""
    made = Operation.objects.filter(order=refunds[0].order_id, kind=Kind.REFUND, state=State.SUCCEEDED, is_stray=False)
    return made.order_by("-settled_at", "-requested_at").first() in refunds


def _of_wish(refund: Operation) -> QuerySet[Operation]:
    made = Operation.objects.filter(order=refund.order_id, kind=Kind.REFUND, state=State.SUCCEEDED)
    return made.filter(wish=refund.wish)
