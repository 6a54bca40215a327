"""What a gateway needs to take the contract test: an account, and somebody playing the customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from common import clock
from payments.gateway import BeginRequest, Begun, Snapshot
from payments.gateways import gateway_for
from payments.models import GatewayAccount
from sandbox.actions import controls
from sandbox.actions.sessions import review


@dataclass
class SandboxBench:
    """The sandbox, its hosted page driven through its own form."""

    account: GatewayAccount
    browser: Client = field(default_factory=Client)
    count: int = 0

    def __post_init__(self) -> None:
        self.gateway = gateway_for(self.account)

    def request(self, **changes: Any) -> BeginRequest:
        self.count += 1
        wanted: dict[str, Any] = {
            "reference": f"attempt-{self.count}",
            "amount": 206820,
            "currency": "SEK",
            "country": "SE",
            "language": "en",
            "method": "card",
            "lines": ({"name": "Serving bowl", "quantity": 2, "total_amount": 206820},),
            "return_url": "http://testserver/pay/back/",
            "webhook_url": f"http://testserver/webhooks/sandbox/{self.account.pk}/",
            "expires_at": clock.now() + timedelta(hours=48),
            "email": "frida@example.com",
        }
        return BeginRequest(**{**wanted, **changes})

    def begin(self, **changes: Any) -> Begun:
        return self.gateway.begin(self.request(**changes))

    def customer(self, begun: Begun, outcome: str, tell: str = "both") -> Any:
        """What the customer does on the hosted page."""
        page = urlsplit(begun.redirect_url).path
        return self.browser.post(page, {"outcome": outcome, "tell": tell})

    def paid(self, outcome: str = "approve", **changes: Any) -> Snapshot:
        """A session the customer finished."""
        begun = self.begin(**changes)
        self.customer(begun, outcome)
        return self.gateway.fetch(begun.session_reference)

    def decide_review(self, session_reference: str, *, is_approved: bool) -> None:
        review(session_reference, is_approved=is_approved, at=clock.now())

    def move_clock(self, **step: int) -> None:
        controls.move_clock(timedelta(**step))

    def next_answer(self, kind: str) -> None:
        """The next operation, or begin, is answered like this."""
        controls.set_behaviour(kind, at=clock.now(), account=self.account.pk, times=1)


BENCHES = {"sandbox": SandboxBench}
