"""A method that charges at once takes nothing while the payment is under review: a cancellation says so."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from orders.actions.review import reject_review
from orders.models import Order
from tests.builders import paid, system_link
from tests.cast import Company
from tests.orders.pages import HTMX, get

pytestmark = pytest.mark.django_db(transaction=True)
SUM = "2,068.20 SEK"


@pytest.fixture
def order(acme: Company) -> Order:
    found = paid(system_link(acme.store), "review", method="swish")
    assert (found.is_under_review, found.is_charged_at_once, found.captured_amount) == (True, True, 0)
    return found


def _read(client: Client, order: Order) -> str:
    return html.unescape(get(client, f"/orders/{order.pk}/")).replace("\N{NO-BREAK SPACE}", " ")


def test_cancelling_under_review_says_that_nothing_was_charged(alice_client: Client, order: Order) -> None:
    page = html.unescape(get(alice_client, f"/orders/{order.pk}/cancel/", target="dialog", beside="1"))
    assert f"The {SUM} reserved" in page
    assert "Released, never charged" in page
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', page))
    answer = alice_client.post(f"/orders/{order.pk}/cancel/", form, **{**HTMX, "HTTP_HX_TARGET": "drawer"})  # type: ignore[arg-type]
    told = html.unescape(str(answer.content, "utf-8"))
    assert f"is cancelled: {SUM} released, nothing was charged." in told
    shown = _read(alice_client, order)
    assert f"Cancelled, {SUM} released, nothing was charged." in shown
    assert "paid back" not in page + told + shown


def test_a_rejection_says_that_nothing_was_charged(alice_client: Client, order: Order) -> None:
    assert reject_review(order, by=Actor.gateway("sandbox"), at=clock.now())
    shown = _read(alice_client, order)
    assert f"Cancelled, {SUM} released, nothing was charged." in shown
    assert "paid back" not in shown
