"""Money nobody expected that came back: of two people who give it back again one is told who was faster."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from orders import operations
from orders.models import Operation
from paylinks import settle
from paylinks.models import Attempt
from sandbox import delivery
from sandbox.actions import by_hand
from sandbox.actions.sessions import choose
from sandbox.models import Movement, Session
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(store: Store) -> Attempt:
    """1.00 too much was paid and refunded, and the bank has sent the refund back."""
    attempt = builders.begun(builders.system_link(store), method="swish")
    session = uuid.UUID(attempt.session_reference)
    choose(session, Session.State.AUTHORIZED, at=clock.now(), has_webhook=False, extra=100)
    settle.check_attempt(attempt.pk, at=clock.now())
    refund = operations.run(Operation.objects.get(order=attempt.order_id, is_stray=True).pk)
    by_hand.fail_refund(Movement.objects.get(key=refund.key).pk, session, clock.now())
    delivery.deliver_due()
    return attempt


def _opened(client: Client, attempt: Attempt) -> tuple[str, dict[str, str]]:
    page = client.get(f"/orders/{attempt.order_id}/").content.decode()
    found = re.search(r'action="([^"]*/again/)"[^>]*>.*?name="seen" value="([^"]+)"', page)
    assert found, "nothing to give back again"
    return found[1], {"seen": found[2]}


def _words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_who_was_faster_is_told_and_a_double_click_gives_back_once(
    alice_client: Client, bob_client: Client, attempt: Attempt
) -> None:
    path, form = _opened(alice_client, attempt)
    answers = [bob_client.post(path, form, follow=True) for _time in range(2)]
    assert all("2,069.20 SEK went back." in _words(answer) for answer in answers)
    answer = alice_client.post(path, form)
    assert answer.status_code == 409
    assert "bob@acme.example has asked to give it back again, " in _words(answer)
    made = Operation.objects.filter(order=attempt.order_id, is_stray=True, kind="refund")
    assert (made.count(), made.filter(actor="bob@acme.example").count()) == (2, 1)
