"""The gateway has decided about an order under review."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor
from common.kick import kick
from orders.actions.capture import reserve_auto_capture
from orders.actions.place import book_charge
from orders.messages import queue_cancelled, queue_confirmation
from orders.models import Kind, Operation, Order, State
from orders.states import Status
from orders.timeline import What, record
from payments.gateway import SessionState, Snapshot

REJECTED = frozenset({SessionState.REJECTED, SessionState.DECLINED, SessionState.CANCELLED, SessionState.CLOSED})


def hear_decision(order: Order, snapshot: Snapshot, *, by: Actor, at: datetime) -> bool:
    """Book what the gateway has decided about a locked order; True once nothing is left to decide.

    An approval is confirmed to the customer, and the automatic capture reserved in
    the same transaction. Our own cancellation on its way is answered first.
    """
    if not order.is_under_review:
        return True
    if snapshot.state in REJECTED:
        return reject_review(order, by=by, at=at)
    if snapshot.state != SessionState.AUTHORIZED:
        return False  # still under review, or an answer that decides nothing
    is_approved = approve_review(order, expires_at=snapshot.expires_at, by=by, at=at)
    if is_approved:
        confirm(order, at=at)
    return is_approved


def confirm(order: Order, *, at: datetime) -> None:
    """Tell the customer of a locked order that is sure now, and reserve its automatic capture."""
    queue_confirmation(order, at=at)
    operation = reserve_auto_capture(order, at=at)
    if operation is not None:
        kick("orders.tasks.run_operation", str(operation.pk))


def approve_review(order: Order, *, expires_at: datetime | None, by: Actor, at: datetime) -> bool:
    """Let a locked order under review go on.

    False when it was decided before, or a cancellation on its way has to be answered first.
    """
    if not order.is_under_review or order.status != Status.AUTHORIZED or order.releasing_amount:
        return False
    order.is_under_review = False
    order.authorization_expires_at = expires_at or order.authorization_expires_at
    order.save(update_fields=["is_under_review", "authorization_expires_at"])
    _settle(order, State.SUCCEEDED, at)
    record(order, What.ORDER_REVIEW_APPROVED, by=by, at=at, amount=order.amount)
    if order.is_charged_at_once:
        book_charge(order, by=by, at=at)
    return True


def reject_review(order: Order, *, by: Actor, at: datetime) -> bool:
    """Cancel a locked order the gateway will not stand for; nothing was charged.

    False when it was decided before, or a cancellation on its way has to be answered first.
    """
    if not order.is_under_review or order.status != Status.AUTHORIZED or order.releasing_amount:
        return False
    order.released_amount = order.authorized_amount
    order.cancelled_at = at
    order.move_to(Status.CANCELLED)
    order.save(update_fields=["released_amount", "cancelled_at", "status"])
    _end_uncharged(order)
    _settle(order, State.DECLINED, at)
    record(order, What.ORDER_CANCELLED, by=by, at=at, amount=order.amount, data={"reason": "review_rejected"})
    queue_cancelled(order, at=at)
    return True


def leave_review(order: Order, *, at: datetime) -> None:
    """A locked order is cancelled before the gateway decided: there is nothing to decide any more."""
    if order.is_under_review:
        _end_uncharged(order)
        _settle(order, State.DECLINED, at)


def _end_uncharged(order: Order) -> None:
    """A method that charges at once does so with the approval: without one nothing was ever charged."""
    order.is_under_review = order.is_charged_at_once = False
    order.save(update_fields=["is_under_review", "is_charged_at_once"])


def _settle(order: Order, state: str, at: datetime) -> None:
    held = Operation.objects.filter(order=order, kind=Kind.AUTHORIZE, state=State.PENDING)
    held.update(state=state, settled_at=at)
