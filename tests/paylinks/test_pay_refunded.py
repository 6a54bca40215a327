"""The customer's page of an order of which money went back since: it says so, and how much."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.actions.unwind import unwind_order
from orders.cutting import Free
from orders.models import Line, Order
from orders.selection import EVERYTHING, Selection
from paylinks.models import PaymentLink
from tests import builders
from tests.paylinks.customers import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store: Store) -> Order:
    return builders.captured_order(store)


def _refund(order: Order, selection: Selection) -> None:
    wish = {"access": None, "by": Actor.system(), "at": clock.now()}
    refund_order(order.pk, key="r", selection=selection, **wish)


def _page(client: Client, order: Order) -> str:
    page = client.get(url(PaymentLink.objects.get(order=order))).content.decode()
    return page.replace("\u2212", "-")


def test_nothing_is_said_of_refunds_while_there_are_none(client: Client, order: Order) -> None:
    page = _page(client, order)
    assert "A receipt is on its way" in page
    assert "efunded" not in page


def test_a_refunded_order_says_that_all_went_back(client: Client, order: Order) -> None:
    _refund(order, EVERYTHING)
    page = _page(client, order)
    for words in (
        "<h1>Your money was refunded</h1>",
        "has refunded 2,068.20 SEK, all that you were charged. How soon you have the money depends on your bank.",
        "<dt>Total</dt>",
        '<dt>Charged</dt><dd class="money">2,068.20</dd>',
        '<dt>Refunded</dt><dd class="money">-2,068.20</dd>',
    ):
        assert words in page, words
    assert "A receipt is on its way" not in page
    assert "<dt>Paid</dt>" not in page
    assert "Thank you" not in page


def test_an_order_refunded_in_part_says_how_much(client: Client, order: Order) -> None:
    _refund(order, Selection(frees=(Free(10000, 2500, "Part"),)))
    page = _page(client, order)
    assert "Thank you, Frida" in page
    assert "Your payment went through. " in page
    assert "has refunded 100.00 SEK since." in page
    assert '<dt>Refunded</dt><dd class="money">-100.00</dd>' in page
    assert "A receipt is on its way" not in page


def test_what_was_never_charged_does_not_count_as_paid(client: Client, store: Store) -> None:
    order = builders.placed_order(store)
    apron = Line.objects.get(order=order, name__startswith="Linen")
    wish: dict[str, Any] = {"access": None, "by": Actor.system(), "at": clock.now()}
    capture_order(order.pk, key="c", selection=Selection({apron.pk: 1}), **wish)
    unwind_order(order.pk, key="u", tells_customer=False, **wish)
    page = _page(client, order)
    assert "has refunded 623.99 SEK, all that you were charged." in page
    assert '<dt>Charged</dt><dd class="money">623.99</dd>' in page


def test_it_needs_no_more_queries(client: Client, order: Order, django_assert_max_num_queries: Any) -> None:
    _refund(order, EVERYTHING)
    address = url(PaymentLink.objects.get(order=order))
    with django_assert_max_num_queries(4):
        assert client.get(address).status_code == 200
