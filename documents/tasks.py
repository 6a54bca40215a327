"""Celery entry points of the documents."""

from __future__ import annotations

from celery import shared_task

from common import clock
from documents import actions


@shared_task
def sweep_documents() -> None:
    """Re-drive documents that stand still."""
    actions.sweep(clock.now())


@shared_task
def forget_outdated() -> None:
    """Delete documents that show an older state of their subject."""
    actions.forget_outdated(clock.now())
