"""Customers who pay at a store's gateway account past every payment link."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from accounts.models import Store
from common import clock
from orders import unclaimed
from orders.models import UnclaimedPayment
from payments.actions import connect_sandbox
from payments.gateway import BeginRequest
from payments.gateways import gateway_for
from payments.models import GatewayAccount
from sandbox.delivery import deliver_due
from sandbox.models import Movement, Session, Webhook

TOTAL = 50000


def opened(account: GatewayAccount, **changes: Any) -> Session:
    """A session at the sandbox that nobody here began."""
    wanted: dict[str, Any] = {
        "reference": f"elsewhere-{uuid.uuid4().hex}",
        "amount": TOTAL,
        "currency": "SEK",
        "country": "SE",
        "language": "en",
        "method": "card",
        "lines": (),
        "return_url": "http://testserver/",
        "webhook_url": f"{settings.PUBLIC_URL}/webhooks/sandbox/{account.pk}/",
        "expires_at": clock.now() + timedelta(hours=48),
        "email": "stranger@example.com",
    }
    begun = gateway_for(account).begin(BeginRequest(**{**wanted, **changes}))
    return Session.objects.get(pk=begun.session_reference)


def decide(session: Session, outcome: str = "approve", tell: str = "webhook") -> None:
    """Press one of the buttons of the gateway's page."""
    page = urlsplit(f"/sandbox/checkout/{session.pk}/").path
    assert Client().post(page, {"outcome": outcome, "tell": tell}).status_code in {200, 302}


def account_of(store: Store) -> GatewayAccount:
    """The store's account."""
    return connect_sandbox(store, clock.now())


def paid(store: Store, outcome: str = "approve", **changes: Any) -> Session:
    """A session somebody has paid; its webhook waits to be sent."""
    session = opened(account_of(store), **changes)
    decide(session, outcome)
    return session


def found(store: Store, **changes: Any) -> UnclaimedPayment:
    """Such a payment as the portal has just heard of it; nothing has been given back yet."""
    session = paid(store, **changes)
    deliver_due()
    return of(session)


def heard(store: Store, **changes: Any) -> UnclaimedPayment:
    """The same, and nothing else that waits to be told."""
    account = account_of(store)
    session = opened(account, **changes)
    decide(session, tell="neither")
    unclaimed.hear(account, str(session.pk), at=clock.now())
    return of(session)


def of(session: Session) -> UnclaimedPayment:
    """The row of a session."""
    return UnclaimedPayment.objects.get(session_reference=str(session.pk))


def returned(store: Store, **changes: Any) -> UnclaimedPayment:
    """Such a payment, all of it given back."""
    payment = found(store, **changes)
    unclaimed.give_back(payment.pk)
    payment.refresh_from_db()
    assert payment.closed_at is not None
    return payment


def answers() -> set[str]:
    """What the portal has answered to all webhooks that were sent."""
    return set(Webhook.objects.exclude(state="withheld").values_list("last_answer", flat=True))


def moved(session: Session) -> list[tuple[str, int, str]]:
    """What moved of its payment at the sandbox, in order."""
    there = Movement.objects.filter(payment__session=session).order_by("created_at")
    return list(there.values_list("kind", "amount", "state"))
