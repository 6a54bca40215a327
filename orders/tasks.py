"""Celery entry points of orders: fetch, call the action, nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog
from celery import shared_task

from common import clock
from common.kick import kick
from messaging.actions import deliver
from orders import documents, member_mail, messages, operations
from orders.actions.book_message import book_message
from orders.actions.expire import expire_authorizations
from orders.audit import audit_orders, changed_since

log = structlog.get_logger(__name__)

# twice the time between two audits, so that one missed night leaves no order out
_AUDITED = timedelta(hours=48)
_ORDERS_PER_RUN = 100  # then the next task goes on: others need the worker too


@shared_task
def run_operation(operation_id: str) -> None:
    """Send a reserved operation now instead of at the next sweep."""
    operations.run(uuid.UUID(operation_id))


@shared_task
def sweep_operations() -> None:
    """Resolve operations that stand still."""
    operations.sweep_operations(clock.now())


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
    deliver(message_id, messages.render, clock.now())


@shared_task
def message_settled(message_id: str) -> None:
    """Book what became of it."""
    book_message(uuid.UUID(message_id), at=clock.now())


@shared_task
def deliver_member_message(message_id: str) -> None:
    """Render and send what a member is told about an order."""
    deliver(message_id, member_mail.render, clock.now())


@shared_task
def audit_changed(after: str = "", differences: int = 0, orders: int = 0) -> None:
    """Compare what changed lately with operations, timeline and gateway; differences go to the log."""
    changed = changed_since(clock.now() - _AUDITED)
    last = uuid.UUID(after) if after else None
    found = list(audit_orders(changed, asks_gateway=True, after=last, most=_ORDERS_PER_RUN))
    for order_id, wrong in found:
        for each in wrong:
            log.error(
                "audit.difference", order=str(order_id), what=each.what, expected=each.expected, found=each.found
            )
    differences, orders = differences + sum(len(wrong) for _id, wrong in found), orders + len(found)
    if len(found) == _ORDERS_PER_RUN:
        kick("orders.tasks.audit_changed", str(found[-1][0]), differences, orders)
    else:
        log.info("audit.done", differences=differences, orders=orders)
