"""Celery entry points of payment links: fetch, call the action, nothing else."""

from __future__ import annotations

import uuid

from celery import shared_task

from common import clock
from messaging.actions import deliver
from orders.actions.book_message import book_message
from paylinks import messages, settle
from paylinks.actions import close_ended
from paylinks.actions.expire import expire_links


@shared_task
def expire_due_links() -> None:
    """Mark links past their 48 hours."""
    expire_links(clock.now())


@shared_task
def close_links_of_ended_agreements() -> None:
    """Close what an ended agreement left open."""
    close_ended.close_links_of_ended_agreements(clock.now())


@shared_task
def sweep_attempts() -> None:
    """Ask the gateway about attempts that stand still."""
    settle.sweep_attempts(clock.now())


@shared_task
def check_attempt(attempt_id: str) -> None:
    """Ask about one attempt, when a webhook spoke of it."""
    settle.check_attempt(uuid.UUID(attempt_id), at=clock.now())


@shared_task
def deliver_message(message_id: str) -> None:
    """Render and send an invitation to pay, or the word that one did not arrive."""
    deliver(message_id, messages.render, clock.now())


@shared_task
def message_settled(message_id: str) -> None:
    """Book what became of an invitation; its sender hears of one that is lost."""
    book_message(uuid.UUID(message_id), at=clock.now(), on_lost=messages.alert_sender)
