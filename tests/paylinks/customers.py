"""A customer's browser without a browser: what Frida types, presses and is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from common import clock
from messaging.models import Message
from orders.models import Order
from paylinks.models import Attempt, PaymentLink
from paylinks.tokens import token_of
from paylinks.visit import visit_to
from sandbox.delivery import deliver_due

TYPED = {
    "revision": "1",
    "to_given_name": "Frida",
    "to_family_name": "Nyström",
    "to_street": "Bondegatan 7",
    "to_postal_code": "11623",
    "to_city": "Stockholm",
    "to_country": "SE",
    "email": "frida.nystrom@example.com",
    "phone": "070-174 06 05",
    "same": "on",
    "method": "card",
    "terms": "on",
}


def url(link: PaymentLink, rest: str = "") -> str:
    """The address of a link's page."""
    return f"/pay/{token_of(link.pk)}/{rest}"


def typed(link: PaymentLink) -> dict[str, str]:
    """The form as its page was opened now."""
    visit = visit_to(link.pk, clock.now())
    return {**TYPED, "terms_mark": getattr(visit.link, "terms_mark", "") if visit else ""}


def press_pay(client: Client, link: PaymentLink, **changes: Any) -> Any:
    """Post the form; a value of None leaves the field out."""
    return client.post(url(link), {k: v for k, v in {**typed(link), **changes}.items() if v is not None})


def begin(client: Client, link: PaymentLink, **changes: Any) -> Attempt:
    """Post the form and follow it to the gateway's page."""
    answer = press_pay(client, link, **changes)
    assert answer.status_code == 303, answer.content.decode()
    attempt = link.attempts.get(state="begun")
    assert answer["Location"] == attempt.redirect_url
    return attempt


def decide(client: Client, attempt: Attempt, outcome: str, tell: str = "redirect") -> Any:
    """Press one of the gateway's buttons; the answer leads back to the shop."""
    return client.post(urlsplit(attempt.redirect_url).path, {"outcome": outcome, "tell": tell})


def come_back(client: Client, attempt: Attempt) -> str:
    """Open the return address and follow it to the page."""
    answer = client.get(url(attempt.link, f"back/{attempt.pk}/"), follow=True)
    return str(answer.content.decode())


def pay(client: Client, link: PaymentLink, outcome: str = "approve", **changes: Any) -> str:
    """The whole way by redirect alone; the page at its end."""
    attempt = begin(client, link, **changes)
    decide(client, attempt, outcome)
    return come_back(client, attempt)


def hear() -> int:
    """Let the provider send the webhooks it has queued."""
    return deliver_due()


def order_of(link: PaymentLink) -> Order:
    """The order as it is now."""
    return Order.objects.get(pk=link.order_id)


def told(link: PaymentLink, kind: str) -> int:
    """How many messages of a kind were queued for the order."""
    return Message.objects.filter(order_id=link.order_id, kind=kind).count()


@contextmanager
def silent_gateway(
    monkeypatch: pytest.MonkeyPatch, error: type[httpx.HTTPError] = httpx.ReadTimeout
) -> Iterator[None]:
    """The network to the gateway is down: requests time out, or never connect."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise error("down")

    def client(timeout: httpx.Timeout, **options: Any) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(refuse))

    with monkeypatch.context() as patch:
        patch.setattr("payments.sandbox_client.client", client)
        yield
