"""Celery entry points of orders: fetch, call the action, nothing else."""

from __future__ import annotations

import uuid

from celery import shared_task

from common import clock
from common.kick import kick
from messaging.actions import deliver
from orders import documents, member_mail, operations, unclaimed, unclaimed_mail, wording
from orders.actions.book_message import book_message
from orders.actions.expire import expire_authorizations
from orders.nightly import audit_batch


@shared_task
def run_operation(operation_id: str) -> None:
    """Send a reserved operation now instead of at the next sweep."""
    operations.run(uuid.UUID(operation_id))


@shared_task
def sweep_operations() -> None:
    """Resolve operations that stand still."""
    operations.sweep_operations(clock.now())


@shared_task
def give_back_unclaimed(payment_id: str) -> None:
    """Give money no order expects back now instead of at the next sweep."""
    unclaimed.give_back(uuid.UUID(payment_id))


@shared_task
def sweep_unclaimed() -> None:
    """Go on with such money that stands still."""
    unclaimed.sweep_unclaimed(clock.now())


@shared_task
def expire_due_authorizations() -> None:
    """Book holds that ended as gone."""
    expire_authorizations(clock.now())


@shared_task
def make_slip(document_id: str) -> None:
    """Make a queued packing slip."""
    documents.make_slip(uuid.UUID(document_id), clock.now())


@shared_task
def deliver_message(message_id: str) -> None:
    """Render and send what a customer is told about an order."""
    deliver(message_id, wording.render, clock.now())


@shared_task
def message_settled(message_id: str) -> None:
    """Book what became of it."""
    book_message(uuid.UUID(message_id), at=clock.now())


@shared_task
def deliver_member_message(message_id: str) -> None:
    """Render and send what a member is told about an order."""
    deliver(message_id, member_mail.render, clock.now())


@shared_task
def deliver_unclaimed_message(message_id: str) -> None:
    """Render and send what is told of money no order expects."""
    deliver(message_id, unclaimed_mail.render, clock.now())


@shared_task
def audit_changed() -> None:
    """A batch of the night's run, while it is due; then the next task goes on."""
    if audit_batch(clock.now()):
        kick("orders.tasks.audit_changed")
