"""Sessions: opened by a merchant, finished by the customer, a reviewer, or time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sandbox.actions.webhooks import tell
from sandbox.models import Movement, Payment, Session
from sandbox.refusals import Refusal, not_found
from sandbox.snapshots import OWN_KEY

State = Session.State
_ELSEWHERE_LIFE = timedelta(hours=48)
_BRANDS = ("Visa", "Mastercard", "Amex")


def open_session(account: uuid.UUID, wish: Mapping[str, Any], at: datetime) -> Session:
    """Open a session; the same reference again answers with the session it has.

    Raises Refusal when that session was for something else, or it would be over already.
    """
    if existing := find_session(account, str(wish["our_reference"])):
        return _same(existing, wish)
    if wish["expires_at"] <= at:
        raise Refusal(422, "session_expired", "A session must end in the future.")
    # two at once: the unique reference decides, the loser reads the winner's session
    session, is_new = Session.objects.get_or_create(
        account=account,
        our_reference=wish["our_reference"],
        defaults={**wish, "created_at": at},
    )
    return session if is_new else _same(session, wish)


def open_elsewhere(session_id: uuid.UUID, at: datetime) -> Session:
    """Open a session like this one, as if somebody had sent a customer here past the merchant's portal.

    The portal hears of it by webhook and knows nothing of it. Raises Refusal when there is no such session.
    """
    like = Session.objects.filter(pk=session_id).first()
    if like is None:
        raise not_found("session")
    like.pk, like.our_reference = uuid.uuid4(), f"elsewhere-{uuid.uuid4().hex}"
    like.state, like.finished_at = State.OPEN, None
    like.created_at, like.expires_at = at, at + _ELSEWHERE_LIFE
    like.save(force_insert=True)
    return like


def find_session(account: uuid.UUID, our_reference: str) -> Session | None:
    """The session a merchant opened under this reference."""
    return Session.objects.filter(account=account, our_reference=our_reference).first()


def _same(session: Session, wish: Mapping[str, Any]) -> Session:
    asked = (wish["amount"], wish["currency"], wish["method"])
    if asked != (session.amount, session.currency, session.method):
        raise Refusal(409, "reference_reused", "This reference was used for another payment.")
    return session


@transaction.atomic
def close_session(account: uuid.UUID, session_id: uuid.UUID, at: datetime) -> Session:
    """End an open session. One that is finished stays as it is: the merchant reads how."""
    session = lock_session(session_id)
    if session.account != account:
        raise not_found("session")
    if session.state == State.OPEN:
        _finish(session, State.CLOSED, at)
    return session


def lock_session(session_id: uuid.UUID) -> Session:
    """The session, held until the transaction ends. Raises Refusal when there is none."""
    found = Session.objects.select_for_update(no_key=True).filter(pk=session_id).first()
    if found is None:
        raise not_found("session")
    return found


def _finish(session: Session, state: str, at: datetime) -> None:
    session.state = state
    session.finished_at = at
    session.save(update_fields=["state", "finished_at"])


@transaction.atomic
def choose(session_id: uuid.UUID, outcome: str, *, at: datetime, has_webhook: bool, extra: int = 0) -> Session:
    """The customer's decision on the hosted page: one of Session.State, but open and closed.

    `extra` is authorized on top of the sum asked for, to try what a portal does with
    money nobody expected. Raises Refusal when the session is over.
    """
    session = lock_session(session_id)
    if session.state_at(at) != State.OPEN:
        raise Refusal(409, "session_over", "This session is over.")
    _finish(session, outcome, at)
    if outcome in (State.AUTHORIZED, State.UNDER_REVIEW):
        _reserve(session, session.amount + extra, at)
    if outcome == State.AUTHORIZED:
        _charge_at_once(session, at)
    tell(session, "session.updated", at=at, is_withheld=not has_webhook)
    return session


def _reserve(session: Session, amount: int, at: datetime) -> None:
    Payment.objects.create(
        session=session,
        amount=amount,
        label=label_of(session),
        authorized_at=at,
        expires_at=at + session.product.window,
    )


def _charge_at_once(session: Session, at: datetime) -> None:
    if not session.product.charges_at_once:
        return
    Movement.objects.create(
        account=session.account,
        payment=session.payment,
        key=f"{OWN_KEY}{session.id}",
        kind=Movement.Kind.CAPTURE,
        amount=session.payment.amount,
        state=Movement.State.SUCCEEDED,
        created_at=at,
    )


def label_of(session: Session) -> str:
    """What the customer paid with, such as "Visa •• 4412": the same for the same session."""
    number = session.id.int
    if session.method == "card":
        return f"{_BRANDS[number % len(_BRANDS)]} •• {number // 7 % 10000:04d}"
    return session.method.capitalize()


@transaction.atomic
def review(session_id: uuid.UUID, *, is_approved: bool, at: datetime) -> Session:
    """Decide a review. Raises Refusal when there is none to decide."""
    session = lock_session(session_id)
    if session.state != State.UNDER_REVIEW:
        raise Refusal(409, "not_under_review", "This payment is not under review.")
    session.state = State.AUTHORIZED if is_approved else State.REJECTED
    session.save(update_fields=["state"])
    if is_approved:
        _charge_at_once(session, at)
    tell(session, "session.updated", at=at)
    return session
