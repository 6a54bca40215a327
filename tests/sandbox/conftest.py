"""A merchant's account at the sandbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from sandbox import keys
from sandbox.actions.sessions import choose, open_session
from sandbox.models import Session

ACCOUNT = uuid.UUID("0c0ffee0-0000-4000-8000-000000000001")


@pytest.fixture
def wish() -> dict[str, Any]:
    """A session as a merchant wishes it."""
    return {
        "our_reference": "attempt-1",
        "amount": 206820,
        "currency": "SEK",
        "country": "SE",
        "language": "en",
        "method": "card",
        "lines": [{"name": "Serving bowl", "quantity": 2, "total_amount": 206820}],
        "return_url": "http://testserver/pay/back/",
        "webhook_url": "http://testserver/webhooks/sandbox/x/",
        "expires_at": clock.now() + timedelta(hours=48),
        "email": "",
        "phone": "",
    }


@pytest.fixture
def opened(db: None, wish: dict[str, Any]) -> Session:
    """An open session."""
    return open_session(ACCOUNT, wish, clock.now())


@pytest.fixture
def under_review(opened: Session) -> Session:
    return choose(opened.pk, Session.State.UNDER_REVIEW, at=clock.now(), has_webhook=True)


@pytest.fixture
def authorized(opened: Session) -> Session:
    return choose(opened.pk, Session.State.AUTHORIZED, at=clock.now(), has_webhook=True)


@pytest.fixture
def api(db: None) -> Callable[..., Any]:
    """Requests with the account's key."""
    browser = Client(headers={"authorization": f"Bearer {keys.api_key(ACCOUNT)}"})

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = "application/json"
        send = getattr(browser, method)
        return send(f"/sandbox/api/{path}", body, content_type=content, headers=headers)

    return call
