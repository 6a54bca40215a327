"""Notices of an order: who puts one away second is told who was first, and the same form sent twice is done once."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.alerts import raise_alert
from orders.actions.edit_references import edit_references
from orders.models import Alert, Order
from tests import builders
from tests.orders.pages import HTMX

pytestmark = pytest.mark.django_db
DRAWER = {**HTMX, "HTTP_HX_TARGET": "drawer"}
FACES: list[dict[str, str]] = [{}, DRAWER]
WAYS = ["page", "drawer"]


@pytest.fixture
def order(store: Store) -> Order:
    order = builders.placed_order(store)
    raise_alert(order, Alert.Kind.DIFFERENCE, at=clock.now(), data={"differences": []})
    return order


def _opened(client: Client, order: Order) -> tuple[str, dict[str, str]]:
    """Where the notice's form goes, and what it sends."""
    page = client.get(f"/orders/{order.pk}/").content.decode()
    found = re.search(r'action="([^"]*/dismiss/)"[^>]*>.*?name="version" value="(\d+)"', page)
    assert found, "no notice to dismiss"
    return found[1], {"version": found[2]}


def _words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_who_dismissed_it_before_is_told(
    alice_client: Client, bob_client: Client, order: Order, face: dict[str, str]
) -> None:
    path, form = _opened(alice_client, order)
    done = 200 if face else 302
    assert [bob_client.post(path, form, **face).status_code for _time in range(2)] == [done, done]
    answer = alice_client.post(path, form, **face)
    assert (answer.status_code, "<html" in _words(answer)) == (409, not face)
    assert re.search(r"<span>Notice dismissed by bob@acme\.example, [^<]+</span>", _words(answer))  # in a toast
    assert order.events.filter(kind="alert.dismissed").count() == 1


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_what_was_done_to_the_order_meanwhile_is_told_first(
    alice_client: Client, order: Order, face: dict[str, str]
) -> None:
    path, form = _opened(alice_client, order)
    bob = Actor("member", "bob@acme.example")
    edit_references(order.pk, merchant_reference2="4711", access=None, by=bob, at=clock.now())
    answer = alice_client.post(path, form, **face)
    assert answer.status_code == 409
    assert "References edited by bob@acme.example," in _words(answer)
    assert Alert.objects.get().closed_at is None
    fresh = re.search(r'/dismiss/"[^>]*>.*?name="version" value="(\d+)"', _words(answer))
    assert fresh
    assert alice_client.post(path, {"version": fresh[1]}, **face).status_code == (200 if face else 302)
    assert Alert.objects.get().closed_at is not None
