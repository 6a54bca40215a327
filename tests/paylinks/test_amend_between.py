"""The same form of a change comes again, or another's comes, while the first answer is made: done once, and told."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common import clock
from orders.models import Order
from paylinks.models import PaymentLink
from tests import builders
from tests.cast import Company
from tests.paylinks.test_amend_page import opened, url
from tests.paylinks.typed import confirmed

pytestmark = pytest.mark.django_db(transaction=True)
# what is read one after the other, from the page's look at the link to the lock
READINGS = [
    f"paylinks.{module}.{name}"
    for module, name in (
        ("views.amend", "content_of"),
        ("actions.amend", "_earlier"),
        ("actions.amend", "content_of"),
        ("actions.amend", "after_closing"),
    )
]


@pytest.fixture
def link(acme: Company) -> PaymentLink:
    return builders.sent_link(acme.store, acme.access("alice", clock.now()))


def _form(client: Client, link: PaymentLink) -> dict[str, str]:
    sent = {**opened(client, link)[0], "line-0-quantity": "1", "do": "amend"}
    sent["confirmed"] = confirmed(client.post(url(link, "preview/"), sent).content.decode())
    return sent


def _between(monkeypatch: pytest.MonkeyPatch, reading: str, act: Callable[[], Any]) -> list[Any]:
    """Do `act` whole right before this is read for the first time."""
    module, _, name = reading.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)
    answers: list[Any] = []

    def read(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(reading, real)
        answers.append(act())
        return real(*args, **named)

    monkeypatch.setattr(reading, read)
    return answers


@pytest.mark.parametrize("reading", READINGS)
def test_a_double_click_is_answered_as_done(
    alice_client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch, reading: str
) -> None:
    form = _form(alice_client, link)
    first = _between(monkeypatch, reading, lambda: alice_client.post(url(link), form))
    second = alice_client.post(url(link), form)
    assert (first[0].status_code, second.status_code) == (302, 302), second.content.decode()
    assert second["Location"] == first[0]["Location"]
    assert Order.objects.get(pk=link.order_id).revision == 2


@pytest.mark.parametrize("reading", READINGS)
def test_the_same_change_by_another_is_told(
    alice_client: Client, bob_client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch, reading: str
) -> None:
    form, bobs = _form(alice_client, link), _form(bob_client, link)
    first = _between(monkeypatch, reading, lambda: bob_client.post(url(link), bobs))
    second = alice_client.post(url(link), form)
    page = html.unescape(second.content.decode())
    assert (first[0].status_code, second.status_code) == (302, 409)
    assert "The order has changed since you opened it." in page
    assert "Order changed before payment, bob@acme.example," in page
    assert Order.objects.get(pk=link.order_id).revision == 2
