"""The provider's objects as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.models import Control, Movement, Payment, Session

OWN_KEY = "sandbox:"  # keys of movements no merchant asked for
K = Movement.Kind


def merchants_key(movement: Movement) -> str:
    """The key as merchants see it: none when they did not ask."""
    return "" if movement.key.startswith(OWN_KEY) else movement.key


def session_json(session: Session, at: datetime) -> dict[str, Any]:
    """A session with its payment and all movements, as it counts at this time."""
    payment = Payment.objects.filter(session=session).prefetch_related("movements").first()
    return {
        "id": str(session.id),
        "our_reference": session.our_reference,
        "state": session.state_at(at),
        "amount": session.amount,
        "currency": session.currency,
        "method": session.method,
        "email": session.email,
        "phone": session.phone,
        "expires_at": session.expires_at.isoformat(),
        "payment": payment_json(payment, session) if payment else None,
    }


def payment_json(payment: Payment, session: Session) -> dict[str, Any]:
    """The reservation with its totals; only what is certain counts in them.

    A provider that tells sums only leaves out what they are made of.
    """
    totals = payment.totals
    sums_only = Control.objects.filter(sums_only=True).exists()
    told = {} if sums_only else {"movements": [movement_json(movement) for movement in payment.movements.all()]}
    return {
        "reference": str(payment.id),
        "amount": payment.amount,
        "authorized_at": payment.authorized_at.isoformat(),
        "expires_at": payment.expires_at.isoformat(),
        "label": payment.label,
        "charged_at_once": session.product.charges_at_once,
        "captured_amount": totals.certain(K.CAPTURE),
        "refunded_amount": totals.certain(K.REFUND),
        "released_amount": totals.certain(K.VOID, K.RELEASE),
        **told,
    }


def movement_json(movement: Movement) -> dict[str, Any]:
    """One operation and what became of it."""
    end = movement.expires_at
    return {
        "reference": str(movement.id),
        "kind": movement.kind,
        "key": merchants_key(movement),
        "amount": movement.amount,
        "state": movement.state,
        "code": movement.code,
        "message": movement.message,
        "at": movement.created_at.isoformat(),
        "expires_at": end.isoformat() if end else None,
        "failed_at": movement.failed_at.isoformat() if movement.failed_at else None,
    }
