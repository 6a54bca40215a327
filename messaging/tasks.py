"""The hands that move message rows."""

from __future__ import annotations

from celery import shared_task

from common import clock
from messaging import actions
from messaging.models import Message


@shared_task
def pump() -> None:
    """Hand over what was just queued."""
    while actions.hand_over(clock.now()) == actions.BATCH:
        pass


@shared_task
def sweep() -> None:
    """Re-drive what stands still: due messages, and owners not yet told."""
    pump()
    at = clock.now()
    untold = Message.objects.filter(settled_at__isnull=False, told_at=None).exclude(told_task="")
    for key in untold.order_by("settled_at").values_list("pk", flat=True)[: actions.BATCH]:
        if not actions.tell(key, at):
            return


@shared_task
def tell(message_id: str) -> None:
    """Tell a message's owner what became of it."""
    actions.tell(message_id, clock.now())
