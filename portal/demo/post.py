"""What a worker would do: mail goes out and packing slips are made, at the times they were asked for."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.db.models import QuerySet

from common import clock
from documents.actions import discard
from documents.models import Document
from messaging.models import Message
from orders.documents import make_slip


def deliver_all(messages: QuerySet[Message]) -> None:
    """Run each message's own task here and now, a few seconds after it was queued."""
    current_app.loader.import_default_modules()  # a worker does this when it starts
    for message in list(messages.filter(state=Message.State.QUEUED)):
        moment = message.created_at + timedelta(seconds=4)
        clock.stop(moment)
        current_app.tasks[message.task](str(message.pk))
        if message.told_task:
            current_app.tasks[message.told_task](str(message.pk))
            Message.objects.filter(pk=message.pk).update(told_at=moment)


def settle_slips(slips: QuerySet[Document], *, are_made: bool) -> None:
    """Make the slips that were asked for, or forget them: an order's button asks again when somebody wants one."""
    for document in list(slips.filter(state=Document.State.QUEUED)):
        if not are_made:
            discard(document)
            continue
        moment = document.created_at + timedelta(seconds=6)  # after the mail
        clock.stop(moment)
        make_slip(document.pk, moment)
