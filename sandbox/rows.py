"""Ready-to-print rows of the desk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from common.money import format_money
from sandbox.models import Movement, Session, Webhook

_TONES = {
    "authorized": "ok",
    "succeeded": "ok",
    "sent": "ok",
    "under_review": "warn",
    "pending": "warn",
    "queued": "info",
    "open": "info",
    "declined": "bad",
    "rejected": "bad",
    "failed": "bad",
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session."""

    id: uuid.UUID
    reference: str
    method: str
    amount: str
    state: str
    tone: str
    at: datetime
    is_open: bool
    is_under_review: bool
    has_payment: bool


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One operation."""

    id: uuid.UUID
    kind: str
    key: str
    amount: str
    state: str
    tone: str
    at: datetime
    message: str
    is_pending: bool
    can_fail: bool


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """One thing to be told."""

    id: int
    kind: str
    to: str
    state: str
    tone: str
    at: datetime
    attempts: int
    answer: str


def session_rows(at: datetime, limit: int) -> list[SessionRow]:
    """The latest sessions, newest first."""
    return [
        SessionRow(
            id=session.pk,
            reference=session.our_reference,
            method=session.method.capitalize(),
            amount=format_money(session.amount, session.currency),
            state=str(Session.State(session.state_at(at)).label),
            tone=_TONES.get(session.state_at(at), ""),
            at=session.created_at,
            is_open=session.state_at(at) == Session.State.OPEN,
            is_under_review=session.state == Session.State.UNDER_REVIEW,
            has_payment=hasattr(session, "payment"),
        )
        for session in Session.objects.select_related("payment").order_by("-created_at")[:limit]
    ]


def movement_rows(limit: int) -> list[MovementRow]:
    """The latest operations, newest first."""
    latest = Movement.objects.select_related("payment__session").order_by("-created_at")[:limit]
    return [
        MovementRow(
            id=movement.pk,
            kind=str(Movement.Kind(movement.kind).label),
            key=movement.key,
            amount=format_money(movement.amount, movement.payment.session.currency),
            state=str(Movement.State(movement.state).label),
            tone=_TONES.get(movement.state, ""),
            at=movement.created_at,
            message=movement.message,
            is_pending=movement.state == Movement.State.PENDING,
            can_fail=(movement.kind, movement.state) == (Movement.Kind.REFUND, Movement.State.SUCCEEDED),
        )
        for movement in latest
    ]


def webhook_rows(limit: int) -> list[WebhookRow]:
    """The latest webhooks, newest first."""
    return [
        WebhookRow(
            id=webhook.pk,
            kind=webhook.kind,
            to=webhook.to,
            state=str(Webhook.State(webhook.state).label),
            tone=_TONES.get(webhook.state, ""),
            at=webhook.created_at,
            attempts=webhook.attempts,
            answer=webhook.last_answer,
        )
        for webhook in Webhook.objects.order_by("-pk")[:limit]
    ]
