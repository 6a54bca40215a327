"""Money no order expects: who presses second is told who did, and the same form sent twice is done once."""

from __future__ import annotations

import html
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from orders import unclaimed
from orders.models import UnclaimedPayment, UnclaimedReturn
from sandbox.actions import by_hand
from sandbox.delivery import deliver_due
from sandbox.models import Movement
from tests.api import strangers
from tests.filling import Form

pytestmark = pytest.mark.django_db
PAGE = "/orders/unclaimed/"


@pytest.fixture
def payment(store: Store) -> UnclaimedPayment:
    """Its refund came back."""
    found = strangers.returned(store, method="swish")
    deliver_due()
    movement = Movement.objects.get(kind="refund")
    by_hand.fail_refund(movement.pk, uuid.UUID(found.session_reference), clock.now())
    deliver_due()
    found.refresh_from_db()
    return found


def _opened(client: Client, payment: UnclaimedPayment, verb: str) -> dict[str, str]:
    return Form(f"{PAGE}{payment.pk}/{verb}/", client.get(PAGE).content.decode()).values


def _press(client: Client, payment: UnclaimedPayment, verb: str, form: dict[str, str]) -> Any:
    return client.post(f"{PAGE}{payment.pk}/{verb}/", form)


def _words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_who_asked_to_give_it_back_before_is_told(
    alice_client: Client, bob_client: Client, payment: UnclaimedPayment
) -> None:
    alices, bobs = (_opened(client, payment, "again") for client in (alice_client, bob_client))
    assert [_press(bob_client, payment, "again", bobs).status_code for _time in range(2)] == [302, 302]
    answer = _press(alice_client, payment, "again", alices)
    assert answer.status_code == 409
    assert "bob@acme.example has asked to give it back again, " in _words(answer)
    assert "All of it went back on" in _words(answer)
    assert UnclaimedReturn.objects.filter(payment=payment).count() == 2


def test_who_is_just_being_given_it_back_by_another_is_told(
    alice_client: Client, bob_client: Client, payment: UnclaimedPayment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob's wish is reserved between Alice's look and her question to the gateway."""
    alices, bobs = (_opened(client, payment, "again") for client in (alice_client, bob_client))
    real, answers = unclaimed._ask, []

    def asking(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(unclaimed, "_ask", real)
        answers.append(_press(bob_client, payment, "again", bobs))
        return real(*args, **named)

    monkeypatch.setattr(unclaimed, "_ask", asking)
    answer = _press(alice_client, payment, "again", alices)
    assert [each.status_code for each in answers] == [302]
    assert answer.status_code == 409
    assert "bob@acme.example has asked to give it back again, " in _words(answer)
    assert UnclaimedReturn.objects.filter(payment=payment).count() == 2


def test_who_noted_it_before_is_told(alice_client: Client, bob_client: Client, payment: UnclaimedPayment) -> None:
    alices, bobs = (_opened(client, payment, "note") for client in (alice_client, bob_client))
    assert [_press(bob_client, payment, "note", bobs).status_code for _time in range(2)] == [302, 302]
    answer = _press(alice_client, payment, "note", alices)
    assert answer.status_code == 409
    assert "bob@acme.example has noted it already, " in _words(answer)
    payment.refresh_from_db()
    assert payment.noted_by == "bob@acme.example"
