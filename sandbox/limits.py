"""What this provider does not allow, and how it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.methods import EXTENSION, LONGEST_HOLD
from sandbox.models import Movement, Payment, Session

K = Movement.Kind


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation a merchant wants; `amount` in minor units, None where it is implied."""

    kind: Movement.Kind
    key: str
    amount: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The sum an operation will move, or why it will not (`code` and words)."""

    amount: int = 0
    expires_at: datetime | None = None
    code: str = ""
    message: str = ""


def answer(payment: Payment, ask: Ask, at: datetime) -> Answer:
    """What happens to `ask`, with everything pending counted as if it had succeeded."""
    session = payment.session
    if ask.currency and ask.currency != session.currency:
        return _no("currency_mismatch", f"This payment is in {session.currency}.")
    if session.state not in (Session.State.AUTHORIZED, Session.State.UNDER_REVIEW):
        return _no("not_authorized", "This payment is not authorized.")
    if session.state == Session.State.UNDER_REVIEW and ask.kind != K.VOID:
        return _no("under_review", "This payment is still under review.")
    if ask.kind != K.REFUND and at >= payment.expires_at:
        return _no("authorization_expired", "The authorization has expired.")
    if payment.totals.promised(K.VOID) and ask.kind != K.REFUND:
        return _no("voided", "This authorization was voided.")
    return _RULES[ask.kind](payment, ask, at)


def _no(code: str, message: str) -> Answer:
    return Answer(code=code, message=message)


def remaining(payment: Payment) -> int:
    """What is still reserved; a pending lowering counts already."""
    pending = [m.amount for m in payment.movements.all() if m.kind == K.ADJUST and m.state == Movement.State.PENDING]
    held = min([payment.amount, *pending])
    return held - payment.totals.promised(K.CAPTURE, K.VOID, K.RELEASE)


def _within(ask: Ask, limit: int, code: str) -> Answer:
    amount = ask.amount or 0
    if amount < 1:
        return _no("amount_too_small", "The amount must be above 0.")
    if amount > limit:
        return _no(code, f"At most {limit} is possible.")
    return Answer(amount)


def _capture(payment: Payment, ask: Ask, _at: datetime) -> Answer:
    return _within(ask, remaining(payment), "capture_too_large")


def _refund(payment: Payment, ask: Ask, _at: datetime) -> Answer:
    totals = payment.totals
    return _within(ask, totals.certain(K.CAPTURE) - totals.promised(K.REFUND), "refund_too_large")


def _void(payment: Payment, _ask: Ask, _at: datetime) -> Answer:
    if payment.totals.promised(K.CAPTURE):
        return _no("already_captured", "Money was captured already.")
    return Answer(remaining(payment))


def _release(payment: Payment, _ask: Ask, _at: datetime) -> Answer:
    if not payment.totals.promised(K.CAPTURE):
        return _no("nothing_captured", "Nothing was captured; void the authorization instead.")
    left = remaining(payment)
    return Answer(left) if left > 0 else _no("nothing_left", "Nothing is left to release.")


def _extend(payment: Payment, _ask: Ask, at: datetime) -> Answer:
    if not payment.session.product.can_extend:
        return _no("not_supported", "This way to pay cannot be extended.")
    end = min(at + EXTENSION, payment.authorized_at + LONGEST_HOLD)
    if end <= payment.expires_at:
        return _no("not_longer", "The authorization cannot last longer than it does.")
    return Answer(0, expires_at=end)


def _adjust(payment: Payment, ask: Ask, _at: datetime) -> Answer:
    if not payment.session.product.can_adjust:
        return _no("not_supported", "The amount of this way to pay cannot be changed.")
    used = payment.totals.promised(K.CAPTURE, K.RELEASE)
    if ask.amount is None or ask.amount < max(used, 1):
        return _no("amount_too_small", f"At least {max(used, 1)} is needed.")
    return Answer(ask.amount)


_RULES: dict[str, Callable[[Payment, Ask, datetime], Answer]] = {
    K.CAPTURE: _capture,
    K.REFUND: _refund,
    K.VOID: _void,
    K.RELEASE: _release,
    K.EXTEND: _extend,
    K.ADJUST: _adjust,
}
