"""Somebody acted while a form was open, and what was typed is locked now: who did it is told first, the input kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Store
from common import clock
from common.errors import DomainError
from orders.actions.capture import capture_order
from orders.actions.edit_customer import CustomerInput, edit_customer
from orders.actions.edit_references import edit_references
from orders.actions.let_go import cancel_order
from orders.models import Event, Order
from orders.timeline import What
from tests import builders
from tests.cast import Company
from tests.orders.edits import opened, send, text

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {"customer": {"name": "Astrid Lind"}, "references": {"merchant_reference1": "FJB-77"}}
LOCKED = {
    "customer": "The order is captured. Only contact and delivery can still be changed.",
    "references": "It is in your books since the order was captured, and stays.",
}


@pytest.fixture
def order(store: Store) -> Order:
    return builders.placed_order(store)


def _cancel(order: Order, acme: Company) -> None:
    bob = acme.access("bob", clock.now())
    cancel_order(order.pk, key=uuid.uuid4().hex, access=bob, by=bob.actor, at=clock.now(), tells_customer=False)


def _capture(order: Order, acme: Company) -> None:
    bob = acme.access("bob", clock.now())
    capture_order(order.pk, key=uuid.uuid4().hex, access=bob, by=bob.actor, at=clock.now())


def _edits(order: Order) -> int:
    return Event.objects.filter(order=order, kind__in=[What.CUSTOMER_EDITED, What.REFERENCES_EDITED]).count()


@pytest.mark.parametrize("what", TYPED)
def test_who_cancelled_is_told_and_what_was_typed_stays(
    alice_client: Client, acme: Company, order: Order, what: str
) -> None:
    form = opened(alice_client, order, what) | TYPED[what]
    _cancel(order, acme)
    answer = send(alice_client, order, what, form)
    words = text(answer)
    assert answer.status_code == 409
    assert "Cancelled by bob@acme.example" in words
    assert f"Not saved: {next(iter(TYPED[what].values()))}" in words
    assert _edits(order) == 0


@pytest.mark.parametrize("what", TYPED)
def test_a_field_that_a_capture_locked_says_who_captured_and_keeps_what_was_typed(
    alice_client: Client, acme: Company, order: Order, what: str
) -> None:
    form = opened(alice_client, order, what) | TYPED[what]
    _capture(order, acme)
    answer = send(alice_client, order, what, form)
    words = text(answer)
    assert answer.status_code == 409
    assert "Captured by bob@acme.example" in words
    assert f"Not saved: {next(iter(TYPED[what].values()))}" in words
    assert LOCKED[what] in words
    assert _edits(order) == 0


@pytest.mark.parametrize("what", TYPED)
def test_what_time_alone_locked_gives_its_reason(alice_client: Client, order: Order, what: str) -> None:
    form = opened(alice_client, order, what) | TYPED[what]
    with time_machine.travel(clock.now() + timedelta(days=8), tick=True):
        answer = send(alice_client, order, what, form)
    assert answer.status_code == 409
    assert "The authorization has expired. The order stays as it was." in text(answer)
    assert f"Not saved: {next(iter(TYPED[what].values()))}" in text(answer)
    assert "changed since you opened it" not in text(answer)


def _edit_customer(order_id: uuid.UUID, **wish: Any) -> object:
    return edit_customer(order_id, CustomerInput(name="Astrid Lind"), **wish)


def _edit_references(order_id: uuid.UUID, **wish: Any) -> object:
    return edit_references(order_id, merchant_reference1="FJB-77", **wish)


@pytest.mark.parametrize("act", [_edit_customer, _edit_references])
def test_the_actions_name_who_acted_before_they_give_the_reason(
    acme: Company, order: Order, act: Callable[..., object]
) -> None:
    seen = order.version
    _cancel(order, acme)
    alice = acme.access("alice", clock.now())
    with pytest.raises(DomainError, match="Cancelled by bob") as raised:
        act(order.pk, version=seen, access=alice, by=alice.actor, at=clock.now())
    assert raised.value.code == "stale"
