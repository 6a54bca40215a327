"""Operations on reserved money: decided under the session's lock, once for each key."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from sandbox.actions.sessions import lock_session
from sandbox.actions.webhooks import tell
from sandbox.limits import Answer, Ask, answer
from sandbox.models import Behaviour, Movement, Payment, Session
from sandbox.refusals import Refusal, not_found
from sandbox.snapshots import merchants_key

LATE = timedelta(seconds=20)  # long enough to see "pending" on a screen
K = Movement.Kind
State = Movement.State
_DECLINED = Answer(code="declined", message="The bank said no.")


def find_movement(account: uuid.UUID, key: str) -> Movement | None:
    """What this account asked under this key, if it ever arrived."""
    return Movement.objects.filter(account=account, key=key).first()


@transaction.atomic
def perform(account: uuid.UUID, payment_id: uuid.UUID, ask: Ask, *, behaviour: str, at: datetime) -> Movement:
    """Do `ask`, or answer what became of it when its key is known.

    Raises Refusal for an unknown payment or a key that meant something else.
    """
    payment = _locked_payment(account, payment_id)
    if existing := find_movement(account, ask.key):
        return _same(existing, payment, ask)
    given = answer(payment, ask, at)
    if not given.code and behaviour == Behaviour.Kind.DECLINE:
        given = _DECLINED
    return move(payment, ask, given, behaviour, at)


def move(payment: Payment, ask: Ask, given: Answer, behaviour: str, at: datetime) -> Movement:
    """Write a movement of a locked payment, do what it does, and tell the merchant."""
    movement = Movement(account=payment.session.account, payment=payment, key=ask.key, kind=ask.kind)
    movement.asked_amount = ask.amount
    movement.created_at = at
    _write(movement, given, behaviour, at)
    if movement.state == State.SUCCEEDED:
        _apply(movement, at)
    tell(payment.session, "operation.updated", key=merchants_key(movement), at=at)
    return movement


def _locked_payment(account: uuid.UUID, payment_id: uuid.UUID) -> Payment:
    owner = Payment.objects.filter(pk=payment_id, session__account=account)
    session_id = owner.values_list("session_id", flat=True).first()
    if session_id is None:
        raise not_found("payment")
    session = lock_session(session_id)
    payment: Payment = session.payment
    return payment


def _same(movement: Movement, payment: Payment, ask: Ask) -> Movement:
    was = (movement.payment_id, movement.kind, movement.asked_amount)
    if was != (payment.pk, ask.kind, ask.amount):
        raise Refusal(409, "key_reused", "This key was used for another operation.")
    return movement


def _write(movement: Movement, given: Answer, behaviour: str, at: datetime) -> None:
    late = {
        Behaviour.Kind.LATE: State.SUCCEEDED,
        Behaviour.Kind.LATE_DECLINE: State.DECLINED,
    }
    movement.amount = given.amount or movement.asked_amount or 0
    movement.expires_at = given.expires_at
    movement.code, movement.message = given.code, given.message
    if given.code:
        movement.state = State.DECLINED
    elif behaviour in late:
        movement.state = State.PENDING
        movement.settles_at = at + LATE
        movement.settles_as = late[Behaviour.Kind(behaviour)]
    else:
        movement.state = State.SUCCEEDED
    movement.save(force_insert=True)


def _apply(movement: Movement, at: datetime) -> None:
    """What a success changes beyond the sums, which are always derived."""
    payment = movement.payment
    if movement.kind == K.EXTEND and movement.expires_at:
        payment.expires_at = movement.expires_at
    elif movement.kind == K.ADJUST:
        payment.amount = movement.amount
    elif movement.kind == K.VOID and payment.session.state == Session.State.UNDER_REVIEW:
        payment.session.state = Session.State.CLOSED
        payment.session.save(update_fields=["state"])
    payment.save(update_fields=["amount", "expires_at"])


def settle_due(at: datetime) -> int:
    """Settle every late operation whose time has come; how many there were."""
    due = Movement.objects.filter(state=State.PENDING, settles_at__lte=at)
    pairs = list(due.order_by("settles_at").values_list("pk", "payment__session_id")[:200])
    for movement_id, session_id in pairs:
        settle(movement_id, session_id, at)
    return len(pairs)


@transaction.atomic
def settle(movement_id: uuid.UUID, session_id: uuid.UUID, at: datetime) -> None:
    """Settle one late operation as it was meant to; one already settled stays so."""
    session = lock_session(session_id)
    # read after the lock: a sweep and a question may both have found it pending
    movement = Movement.objects.get(pk=movement_id)
    if movement.state != State.PENDING:
        return
    movement.payment = session.payment
    movement.state = movement.settles_as
    if movement.state == State.DECLINED:
        movement.code, movement.message = _DECLINED.code, _DECLINED.message
    movement.save(update_fields=["state", "code", "message"])
    if movement.state == State.SUCCEEDED:
        _apply(movement, at)
    tell(session, "operation.updated", key=merchants_key(movement), at=at)
