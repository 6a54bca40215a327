"""What somebody does in this provider's own portal, past the merchant's."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from sandbox.actions.operations import move
from sandbox.actions.sessions import lock_session
from sandbox.actions.webhooks import tell
from sandbox.limits import Ask, answer
from sandbox.models import Behaviour, Movement
from sandbox.refusals import Refusal
from sandbox.snapshots import OWN_KEY, merchants_key


@transaction.atomic
def move_by_hand(session_id: uuid.UUID, kind: str, *, amount: int | None, at: datetime) -> Movement:
    """Move money of a session's payment without a merchant's wish; `amount` in minor units.

    Raises Refusal when there is no payment or the rules forbid it.
    """
    session = lock_session(session_id)
    if not hasattr(session, "payment"):
        raise Refusal(409, "no_payment", "Nobody has paid in this session.")
    ask = Ask(Movement.Kind(kind), f"{OWN_KEY}{uuid.uuid4()}", amount)
    given = answer(session.payment, ask, at)
    if given.code:
        raise Refusal(409, given.code, given.message)
    return move(session.payment, ask, given, Behaviour.Kind.SUCCEED, at)


@transaction.atomic
def fail_refund(movement_id: uuid.UUID, session_id: uuid.UUID, at: datetime) -> None:
    """The customer's bank sends a refund back, days after it had succeeded.

    Raises Refusal for anything but a refund that stands.
    """
    session = lock_session(session_id)
    movement = Movement.objects.get(pk=movement_id)
    if (movement.kind, movement.state) != (Movement.Kind.REFUND, Movement.State.SUCCEEDED):
        raise Refusal(409, "not_refunded", "Only a refund that succeeded can fail later.")
    movement.state = Movement.State.DECLINED
    movement.code, movement.message = "refund_failed", "The customer's bank sent the money back."
    movement.failed_at = at
    movement.save(update_fields=["state", "code", "message", "failed_at"])
    tell(session, "operation.updated", key=merchants_key(movement), at=at)
