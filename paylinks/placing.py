"""Compare what was authorized with what was asked; take it, or give it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.actor import Actor
from orders.actions.place import Authorization, authorize_order
from orders.actions.review import confirm, hear_decision
from orders.actions.stray import return_stray
from orders.owed import owed
from orders.returned_strays import waits_for_a_person
from orders.states import Status
from paylinks.models import GRACE, Attempt
from paylinks.states import OPEN, AttemptState, LinkStatus
from payments.gateway import SessionState, Snapshot

STRAY_CHECK = timedelta(minutes=5)
REVIEW_CHECK = timedelta(minutes=5)


def paid(attempt: Attempt, snapshot: Snapshot, *, by: Actor, at: datetime) -> None:
    """Money is reserved for a locked attempt: place the order, or return what nobody expected."""
    if attempt.state == AttemptState.AUTHORIZED and snapshot.payment_reference == attempt.payment_reference:
        decided(attempt, snapshot, by=by, at=at)
        return
    reason = mismatch(attempt, snapshot)
    if reason:
        _reverse(attempt, snapshot, reason, at)
        return
    _complete(attempt, snapshot, at)
    authorize_order(attempt.order, _authorization(attempt, snapshot, at), by=by, at=at)
    if not attempt.order.is_under_review:
        confirm(attempt.order, at=at)


def mismatch(attempt: Attempt, snapshot: Snapshot) -> str:
    """Why an authorization is not what this attempt asked for; "" when it is."""
    link, order = attempt.link, attempt.order
    authorized_at = snapshot.authorized_at
    checks = (
        ("wrong_attempt", snapshot.our_reference != str(attempt.pk)),
        ("wrong_amount", snapshot.amount != attempt.amount),
        ("wrong_currency", snapshot.currency != attempt.currency),
        ("already_paid", order.status not in {Status.PENDING, Status.CANCELLED}),
        ("order_cancelled", order.status == Status.CANCELLED),
        ("link_replaced", not link.is_current),
        ("link_cancelled", link.status == LinkStatus.CANCELLED),
        ("link_expired", link.status not in OPEN),
        ("attempt_closed", attempt.state != AttemptState.BEGUN),
        ("old_version", attempt.revision != order.revision or attempt.amount != order.amount),
        ("too_late", authorized_at is None or authorized_at > link.expires_at + GRACE),
    )
    return next((reason for reason, is_so in checks if is_so), "")


def _reverse(attempt: Attempt, snapshot: Snapshot, reason: str, at: datetime) -> None:
    """Give the money back, and look again until the gateway has let go of it."""
    contact = attempt.email or attempt.phone or attempt.link.recipient
    return_stray(attempt.order, snapshot, attempt.gateway_account, reason=reason, at=at, contact=contact)
    if attempt.state == AttemptState.AUTHORIZED:
        return
    if attempt.state != AttemptState.REVERSED:
        attempt.move_to(AttemptState.REVERSED)
        attempt.problem = reason
    attempt.ended_at = attempt.ended_at or at
    attempt.payment_reference = snapshot.payment_reference
    is_over = owed(snapshot, at) is None or waits_for_a_person(attempt.gateway_account, snapshot.payment_reference)
    attempt.next_check_at = None if is_over else at + STRAY_CHECK
    attempt.save(update_fields=["state", "problem", "ended_at", "payment_reference", "next_check_at"])


def _complete(attempt: Attempt, snapshot: Snapshot, at: datetime) -> None:
    attempt.move_to(AttemptState.AUTHORIZED)
    attempt.ended_at = at
    attempt.payment_reference = snapshot.payment_reference
    under_review = snapshot.state == SessionState.UNDER_REVIEW
    attempt.next_check_at = at + REVIEW_CHECK if under_review else None
    attempt.save(update_fields=["state", "ended_at", "payment_reference", "next_check_at"])
    attempt.link.move_to(LinkStatus.COMPLETED)
    attempt.link.completed_at = at
    attempt.link.save(update_fields=["status", "completed_at"])


def _authorization(attempt: Attempt, snapshot: Snapshot, at: datetime) -> Authorization:
    address = attempt.delivery_address
    name = f"{address.get('given_name', '')} {address.get('family_name', '')}".strip()
    return Authorization(
        account=attempt.gateway_account,
        attempt_id=str(attempt.pk),
        session_reference=snapshot.session_reference,
        payment_reference=snapshot.payment_reference,
        method=snapshot.method or attempt.method,
        label=snapshot.label,
        authorized_at=snapshot.authorized_at or at,
        expires_at=snapshot.expires_at,
        is_under_review=snapshot.state == SessionState.UNDER_REVIEW,
        is_charged_at_once=snapshot.charged_at_once,
        customer_name=name,
        email=attempt.email,
        phone=attempt.phone,
        language=attempt.language,
        delivery_address=address,
        billing_address=attempt.billing_address,
    )


def decided(attempt: Attempt, snapshot: Snapshot, *, by: Actor, at: datetime) -> None:
    """The gateway has made up its mind about an order under review; said again, nothing happens."""
    if not hear_decision(attempt.order, snapshot, by=by, at=at):
        return  # the sweep asks again
    attempt.next_check_at = None
    attempt.save(update_fields=["next_check_at"])
