"""Judging a pair of orders: who comes second is told who did, and the same form sent twice is done once."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from orders.actions.edit_references import edit_references
from orders.models import Event, Order, Repeat
from tests import builders
from tests.cast import Company
from tests.filling import Form

pytestmark = pytest.mark.django_db
FORMS = {"dismiss": "Not a repeat, said bob@acme.example,", "restore": "Perhaps a repeat after all, said bob@"}
KINDS = {"dismiss": "repeat.dismissed", "restore": "repeat.restored"}


@pytest.fixture
def order(acme: Company) -> Order:
    """The later of two that look like one purchase."""
    return [builders.placed_order(acme.store, merchant_reference1=f"FJB-{number}") for number in (1, 2)][1]


def _address(order: Order) -> str:
    return f"/orders/{order.pk}/repeats/{Repeat.objects.get().pk}/"


def _opened(client: Client, order: Order) -> dict[str, str]:
    """The form as its one button sends it."""
    form = Form(_address(order), client.get(f"/orders/{order.pk}/repeats/").content.decode())
    return {**form.values, **form.buttons}


def _words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("do", FORMS)
def test_what_another_has_said_is_told(alice_client: Client, bob_client: Client, order: Order, do: str) -> None:
    if do == "restore":
        alice_client.post(_address(order), _opened(alice_client, order))
    alices, bobs = _opened(alice_client, order), _opened(bob_client, order)
    assert (alices["do"], bobs["do"]) == (do, do)
    assert [bob_client.post(_address(order), bobs).status_code for _time in range(2)] == [302, 302]
    answer = alice_client.post(_address(order), alices)
    assert answer.status_code == 409
    assert FORMS[do] in _words(answer)
    assert "Nothing new was done." in _words(answer)
    assert Event.objects.filter(order=order, kind=KINDS[do]).count() == 1


def test_what_was_done_to_one_of_the_two_is_told_before_it_is_judged(alice_client: Client, order: Order) -> None:
    form = _opened(alice_client, order)
    first, bob = Repeat.objects.get().earlier_id, Actor("member", "bob@acme.example")
    edit_references(first, merchant_reference2="4711", access=None, by=bob, at=clock.now())
    answer = alice_client.post(_address(order), form)
    assert answer.status_code == 409
    assert "References edited by bob@acme.example," in _words(answer)
    assert Repeat.objects.get().dismissed_at is None
    again = Form(_address(order), answer.content.decode())
    assert alice_client.post(_address(order), {**again.values, **again.buttons}).status_code == 302
    assert Repeat.objects.get().dismissed_by == "alice@acme.example"
