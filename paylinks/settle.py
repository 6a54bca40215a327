"""Redirect, webhook and sweep all end here: what the gateway says becomes the order's, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from common import clock
from common.actor import Actor
from common.db import refuse_transaction
from common.errors import DomainError
from common.sweeps import sweep
from developers.trace import tracing
from orders.actions.lock import locked as locked_order
from orders.timeline import What, record
from paylinks import placing
from paylinks.models import GRACE, Attempt, PaymentLink
from paylinks.states import AttemptState
from payments.gateway import GatewayRefused, GatewayUnavailable, SessionState, Snapshot
from payments.gateways import gateway_for

Done = TypeVar("Done")

log = structlog.get_logger(__name__)

_FIRST_WAIT = timedelta(seconds=30)
_TRIES = 3
_PAID = frozenset({SessionState.AUTHORIZED, SessionState.UNDER_REVIEW})
_ENDS: dict[str, str] = {
    SessionState.DECLINED: AttemptState.DECLINED,
    SessionState.REJECTED: AttemptState.DECLINED,
    SessionState.CANCELLED: AttemptState.ABANDONED,
    SessionState.CLOSED: AttemptState.ABANDONED,
    SessionState.UNKNOWN: AttemptState.ABANDONED,
}


@dataclass(frozen=True, slots=True)
class Closing:
    """Who had a running attempt closed, and our code for the reason."""

    by: Actor
    reason: str


def check_attempt(attempt_id: uuid.UUID, *, at: datetime) -> Attempt:
    """Ask the gateway about an attempt and settle the answer.

    Past the end of the link and its 15 minutes an open session is closed, so
    that nobody can pay any more. Raises GatewayUnavailable.
    """
    refuse_transaction()
    attempt = _load(attempt_id)
    try:
        session = _session_of(attempt)
    except GatewayRefused as error:
        # No session came into being, so nobody can pay it.
        return end_attempt(attempt_id, AttemptState.ABANDONED, problem=error.message, at=at)
    gateway = gateway_for(attempt.gateway_account)
    is_over = at >= attempt.link.expires_at + GRACE
    with tracing(order_id=attempt.order_id, attempt_id=attempt_id):
        snapshot = gateway.fetch(session)
        if snapshot.state == SessionState.OPEN and is_over:
            snapshot = gateway.close(session)
    return settle(attempt_id, snapshot, closing=Closing(Actor.system(), "link_expired") if is_over else None, at=at)


def close_attempt(attempt_id: uuid.UUID, *, closing: Closing | None = None, at: datetime) -> Attempt:
    """End a running attempt at the gateway.

    Raises DomainError `just_paid` when the customer was faster, and
    `attempt_unknown` when the gateway does not answer: then nothing may change.
    """
    refuse_transaction()
    try:
        attempt = _load(attempt_id)
        session = _session_of(attempt)
        gateway = gateway_for(attempt.gateway_account)
        with tracing(order_id=attempt.order_id, attempt_id=attempt_id):
            snapshot = gateway.close(session)
    except GatewayRefused as error:
        return end_attempt(attempt_id, AttemptState.ABANDONED, problem=error.message, at=at)
    except GatewayUnavailable as error:
        words = _(
            "A payment has begun and the payment provider does not answer, so nothing was changed. "
            "Try again in a moment."
        )
        raise DomainError("attempt_unknown", words) from error
    attempt = settle(attempt_id, snapshot, closing=closing, at=at)
    if attempt.state == AttemptState.AUTHORIZED:
        raise DomainError("just_paid", _("The customer has just paid. Nothing was changed."))
    if attempt.state == AttemptState.BEGUN:
        raise DomainError("attempt_unknown", _("A payment has begun and is not decided yet. Try again in a moment."))
    return attempt


def close_running(order_id: uuid.UUID, *, closing: Closing | None = None, at: datetime) -> None:
    """Close the running attempt of an order, if there is one; raises as `close_attempt`."""
    running = Attempt.objects.filter(order_id=order_id, state=AttemptState.BEGUN).values_list("pk", flat=True)
    for attempt_id in list(running):
        close_attempt(attempt_id, closing=closing, at=at)


class AttemptBegunError(Exception):
    """A customer began to pay between closing the last attempt and taking the lock."""


def refuse_begun(order_id: uuid.UUID) -> None:
    """Raise AttemptBegunError while an attempt of a locked order runs: until it is known nothing is replaced."""
    if Attempt.objects.filter(order_id=order_id, state=AttemptState.BEGUN).exists():
        raise AttemptBegunError


def after_closing(order_id: uuid.UUID, act: Callable[[], Done], *, by: Actor, at: datetime) -> Done:
    """Close the running attempt for `by`, then `act`, which takes the lock and calls `refuse_begun`.

    A customer who begins in between is closed too; after a few of them the
    person is asked to try again (DomainError `attempt_unknown`).
    """
    for _try in range(_TRIES):
        close_running(order_id, closing=Closing(by, "closed_first"), at=at)
        with suppress(AttemptBegunError):
            return act()
    raise DomainError("attempt_unknown", _("A payment has begun and is not decided yet. Try again in a moment."))


def _load(attempt_id: uuid.UUID) -> Attempt:
    return Attempt.objects.select_related("link", "order", "gateway_account__store").get(pk=attempt_id)


def _session_of(attempt: Attempt) -> str:
    """The session's reference; an answer that was lost is asked for again by the same key."""
    if attempt.session_reference:
        return attempt.session_reference
    from paylinks.actions.begin import begin_at_gateway

    begun = begin_at_gateway(attempt)
    Attempt.objects.filter(pk=attempt.pk).update(
        session_reference=begun.session_reference, redirect_url=begun.redirect_url
    )
    return begun.session_reference


@transaction.atomic(durable=True)
def settle(attempt_id: uuid.UUID, snapshot: Snapshot, *, closing: Closing | None = None, at: datetime) -> Attempt:
    """Apply a snapshot to its attempt, link and order; late, repeated or out of order it changes nothing twice.

    `closing` is told when the attempt ends closed, and not when something else was faster.
    Lock order: Order, PaymentLink, Attempt.
    """
    attempt = _locked(attempt_id)
    by = Actor.gateway(attempt.gateway_account.provider)
    if snapshot.state in _PAID:
        placing.paid(attempt, snapshot, by=by, at=at)
    elif attempt.state == AttemptState.AUTHORIZED:
        placing.decided(attempt, snapshot, by=by, at=at)
    elif attempt.state == AttemptState.BEGUN and snapshot.state in _ENDS:
        # "declined" is what the entry's own title says
        problem = "" if snapshot.state == SessionState.DECLINED else str(SessionState(snapshot.state).label)
        how = _closed(snapshot.state, closing) or Closing(by, "")
        _end(attempt, _ENDS[snapshot.state], problem=problem, by=how.by, reason=how.reason, at=at)
    elif attempt.state == AttemptState.REVERSED and snapshot.state in _ENDS:
        Attempt.objects.filter(pk=attempt.pk).update(next_check_at=None)  # the gateway has let go of it
    return attempt


def _closed(state: str, closing: Closing | None) -> Closing | None:
    """Who ended an attempt without a decision of the gateway's."""
    if state == SessionState.CANCELLED:
        return Closing(Actor.customer(), "turned_back")
    return closing if state == SessionState.CLOSED else None


def _locked(attempt_id: uuid.UUID) -> Attempt:
    ids = Attempt.objects.values_list("order_id", "link_id").get(pk=attempt_id)
    order = locked_order(ids[0])
    link = PaymentLink.objects.select_for_update(no_key=True, of=("self",)).get(pk=ids[1])
    attempt = (
        Attempt.objects.select_for_update(no_key=True, of=("self",))
        .select_related("gateway_account__store")
        .get(pk=attempt_id)
    )
    link.order = attempt.order = order
    attempt.link = link
    return attempt


@transaction.atomic(durable=True)
def end_attempt(attempt_id: uuid.UUID, state: str, *, problem: str, at: datetime) -> Attempt:
    """End a begun attempt the gateway refused or surely never heard of.

    One whose session was opened meanwhile, by a second click or another tab, stays.
    """
    attempt = _locked(attempt_id)
    if attempt.state == AttemptState.BEGUN and not attempt.session_reference:
        by = Actor.gateway(attempt.gateway_account.provider)
        _end(attempt, state, problem=problem, by=by, at=at)
    return attempt


def _end(attempt: Attempt, state: str, *, problem: str, by: Actor, reason: str = "", at: datetime) -> None:
    attempt.move_to(state)
    attempt.problem = problem[:200]
    attempt.ended_at = at
    attempt.next_check_at = None
    attempt.save(update_fields=["state", "problem", "ended_at", "next_check_at"])
    data = {"problem": problem, "reason": reason, "attempt": str(attempt.pk)}
    if state == AttemptState.DECLINED:
        record(attempt.order, What.LINK_DECLINED, by=by, at=at, amount=attempt.amount, data=data)
    else:
        record(attempt.order, What.LINK_ABANDONED, by=by, at=at, data=data)


def sweep_attempts(at: datetime) -> int:
    """Ask about every attempt that stands still, also those under review; answers how many."""
    return sweep(Attempt.objects.all(), _ask, at=at, first=_FIRST_WAIT)


def _ask(attempt_id: uuid.UUID) -> None:
    try:
        check_attempt(attempt_id, at=clock.now())
    except GatewayUnavailable:
        log.warning("attempt.gateway_silent", attempt=str(attempt_id))
