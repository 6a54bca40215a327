"""The demo's mail: delivered by the same door, at the times it was written."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.db.models import QuerySet

from common import clock
from messaging.models import Message


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
