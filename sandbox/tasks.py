"""Celery entry points; beat runs them too, so that nothing stands still."""

from __future__ import annotations

from celery import shared_task

from common import clock
from sandbox.actions.operations import settle_due
from sandbox.delivery import deliver_due


@shared_task(name="sandbox.tasks.deliver_webhooks")
def deliver_webhooks() -> int:
    """Settle late operations, then tell merchants what is due."""
    settle_due(clock.now())
    return deliver_due()
