"""The sandbox's JSON in our words. What cannot be read counts as not answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.utils.translation import gettext as _

from payments.gateway import GatewayUnavailable, Movement, Outcome, Result, SessionState, Snapshot

P = ParamSpec("P")
R = TypeVar("R")


def _readable(read: Callable[P, R]) -> Callable[P, R]:
    @wraps(read)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return read(*args, **kwargs)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise GatewayUnavailable(_("The gateway's answer cannot be read.")) from error

    return inner


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@_readable
def snapshot(body: Mapping[str, Any]) -> Snapshot:
    """A session with its payment."""
    payment = body["payment"] or {}
    return Snapshot(
        state=SessionState(body["state"]),
        session_reference=body["id"],
        payment_reference=payment.get("reference", ""),
        our_reference=body["our_reference"],
        amount=int(payment.get("amount", body["amount"])),
        currency=body["currency"],
        authorized_at=_time(payment.get("authorized_at")),
        expires_at=_time(payment.get("expires_at")),
        method=body["method"],
        label=payment.get("label", ""),
        charged_at_once=bool(payment.get("charged_at_once", False)),
        captured_amount=int(payment.get("captured_amount", 0)),
        refunded_amount=int(payment.get("refunded_amount", 0)),
        released_amount=int(payment.get("released_amount", 0)),
        movements=tuple(_movement(item) for item in payment.get("movements", ())),
        tells_movements="movements" in payment or not payment,
        email=body.get("email", ""),
        phone=body.get("phone", ""),
    )


def _movement(body: Mapping[str, Any]) -> Movement:
    return Movement(
        kind=body["kind"],
        reference=body["reference"],
        key=body["key"],
        amount=int(body["amount"]),
        at=datetime.fromisoformat(body["at"]),
        state=Outcome(body["state"]),
        message=body.get("message", ""),
        failed_at=_time(body.get("failed_at")),
    )


@_readable
def result(body: Mapping[str, Any]) -> Result:
    """One operation's answer."""
    return Result(
        outcome=Outcome(body["state"]),
        reference=body["reference"],
        code=body["code"],
        message=body["message"],
        amount=int(body["amount"]),
        expires_at=_time(body["expires_at"]),
        at=datetime.fromisoformat(body["at"]),
        failed_at=_time(body.get("failed_at")),
    )
