"""Sending a message again: who comes second is told who was faster, with the choice kept."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.edit_references import edit_references
from orders.models import Order
from orders.tasks import deliver_message
from tests import builders
from tests.filling import Form
from tests.orders.pages import HTMX

pytestmark = pytest.mark.django_db
DRAWER = {**HTMX, "HTTP_HX_TARGET": "drawer"}
FACES: list[dict[str, str]] = [{}, DRAWER]
WAYS = ["page", "dialog"]


@pytest.fixture
def message(store: Store) -> Message:
    order = builders.placed_order(store)
    found = Message.objects.get(order_id=order.pk, kind="order.confirmation")
    deliver_message(str(found.pk))
    return found


def address(message: Message, rest: str = "") -> str:
    return f"/orders/{message.order_id}/messages/{message.pk}/{rest}"


def form_of(answer: Any, message: Message) -> dict[str, str]:
    return Form(address(message, "again/"), answer.content.decode()).values


def opened(client: Client, message: Message, face: dict[str, str]) -> dict[str, str]:
    headers = {**face, "HTTP_HX_TARGET": "dialog"} if face else {}
    return form_of(client.get(address(message), headers and {"beside": "1"}, **headers), message)


def send(client: Client, message: Message, form: dict[str, str], face: dict[str, str]) -> Any:
    return client.post(address(message, "again/"), form, **face)


def sent(message: Message) -> int:
    return Message.objects.filter(order_id=message.order_id, kind=message.kind).count() - 1


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_what_another_has_sent_again_is_told_before_it_goes_a_third_time(
    alice_client: Client, bob_client: Client, message: Message, face: dict[str, str]
) -> None:
    form = opened(alice_client, message, face)
    assert send(bob_client, message, opened(bob_client, message, {}), {}).status_code == 302
    answer = send(alice_client, message, form, face)
    page = html.unescape(answer.content.decode())
    assert (answer.status_code, "<html" in page, sent(message)) == (409, not face, 1)
    assert "bob@acme.example has sent it again meanwhile, " in page
    assert "to frida.nystrom@example.com. Nothing more was sent." in page
    again = form_of(answer, message)
    assert (again["key"] != form["key"], again["seen"] != form["seen"]) == (True, True)
    assert send(alice_client, message, again, face).status_code == (200 if face else 302)
    assert sent(message) == 2


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_the_same_form_again_is_answered_as_before(
    alice_client: Client, bob_client: Client, message: Message, face: dict[str, str]
) -> None:
    form = opened(alice_client, message, face)
    done = 200 if face else 302
    assert send(alice_client, message, form, face).status_code == done
    assert send(bob_client, message, opened(bob_client, message, {}), {}).status_code == 302
    assert send(alice_client, message, form, face).status_code == done
    assert sent(message) == 2


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_what_was_done_to_the_order_meanwhile_is_told_first(
    alice_client: Client, message: Message, face: dict[str, str]
) -> None:
    form, bob = opened(alice_client, message, face), Actor("member", "bob@acme.example")
    edit_references(message.order_id or message.pk, merchant_reference2="4711", access=None, by=bob, at=clock.now())
    answer = send(alice_client, message, form, face)
    assert answer.status_code == 409
    assert "References edited by bob@acme.example," in html.unescape(answer.content.decode())
    again = form_of(answer, message)
    assert again["version"] == str(Order.objects.get(pk=message.order_id).version)
    assert send(alice_client, message, again, face).status_code == (200 if face else 302)


def test_a_contact_that_was_corrected_meanwhile_is_told_with_who_did_it(
    alice_client: Client, message: Message
) -> None:
    form = opened(alice_client, message, {})
    Order.objects.filter(pk=message.order_id).update(email="frida@right.example")
    Message.objects.filter(pk=message.pk).update(recipient="frida@old.example")
    assert send(alice_client, message, form, {}).status_code == 422  # nobody acted: it is no choice of this page
    bob = Actor("member", "bob@acme.example")
    edit_references(message.order_id or message.pk, merchant_reference2="4711", access=None, by=bob, at=clock.now())
    answer = send(alice_client, message, form, {})
    assert answer.status_code == 409
    assert "by bob@acme.example," in html.unescape(answer.content.decode())
    assert sent(message) == 0
