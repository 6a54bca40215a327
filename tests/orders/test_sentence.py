"""The order in one sentence: every status, every shape of money."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from orders.sentence import Items, sentence
from tests.builders import captured_order, placed_order, system_link
from tests.cast import Company
from tests.orders.pages import get

SPACE = "\N{NO-BREAK SPACE}"  # keeps an amount and its currency on one line
FULL = {"authorized_amount": 206820}
HALF = {**FULL, "captured_amount": 147220}
DONE = {**FULL, "captured_amount": 206820}

TABLE: list[tuple[str, dict[str, Any], Items, str]] = [
    ("pending", {}, Items(3, 0), "The customer has not paid yet, nothing is reserved."),
    ("authorized", FULL, Items(3, 0), "Nothing captured yet, 2,068.20 SEK left, reservation ends in 4 days."),
    (
        "authorized",
        {**FULL, "is_under_review": True},
        Items(3, 0),
        "The payment of 2,068.20 SEK is under review, nothing can be captured until the gateway has decided.",
    ),
    (
        "authorized",
        {**FULL, "capturing_amount": 206820},
        Items(3, 0),
        "Nothing captured yet, 2,068.20 SEK being captured, reservation ends in 4 days.",
    ),
    ("part_captured", HALF, Items(3, 2), "2 of 3 items captured, 596.00 SEK left, reservation ends in 4 days."),
    ("part_captured", HALF, Items(1, 0), "1,472.20 SEK captured, 596.00 SEK left, reservation ends in 4 days."),
    (
        "part_captured",
        {**HALF, "refunded_amount": 67410, "releasing_amount": 59600},
        Items(1200, 1000),
        "1,000 of 1,200 items captured, 674.10 SEK refunded, 596.00 SEK being released, reservation ends in 4 days.",
    ),
    ("captured", DONE, Items(3, 3), "All 3 items captured for 2,068.20 SEK."),
    ("captured", DONE, Items(1, 1), "The one item captured for 2,068.20 SEK."),
    ("captured", DONE, Items(0, 0), "2,068.20 SEK captured."),
    (
        "captured",
        {**HALF, "released_amount": 59600},
        Items(3, 2),
        "2 of 3 items captured for 1,472.20 SEK, 596.00 SEK released.",
    ),
    (
        "captured",
        {**DONE, "refunded_amount": 67410, "charged_back_amount": 10000},
        Items(3, 3),
        "All 3 items captured for 2,068.20 SEK, 674.10 SEK refunded, 100.00 SEK held by a dispute.",
    ),
    (
        "captured",
        {**DONE, "refunding_amount": 67410},
        Items(3, 3),
        "All 3 items captured for 2,068.20 SEK, 674.10 SEK being refunded.",
    ),
    (
        "captured",
        {**DONE, "refunded_amount": 206820},
        Items(3, 3),
        "All 3 items captured for 2,068.20 SEK, all of it refunded.",
    ),
    (
        "captured",
        {**DONE, "refunded_amount": 201820, "withheld_amount": 5000},
        Items(3, 3),
        "All 3 items captured for 2,068.20 SEK, 2,018.20 SEK refunded, 50.00 SEK kept as a return fee.",
    ),
    (
        "cancelled",
        {**FULL, "released_amount": 206820},
        Items(3, 0),
        "Cancelled, 2,068.20 SEK released, nothing was charged.",
    ),
    (
        "cancelled",
        {**FULL, "released_amount": 206820, "is_charged_at_once": True},
        Items(3, 0),
        "Cancelled, 2,068.20 SEK paid back.",
    ),
    ("cancelled", {"authorized_at": None}, Items(3, 0), "Cancelled before it was paid, nothing was charged."),
    (
        "expired",
        {**FULL, "released_amount": 206820},
        Items(3, 0),
        "The authorization has expired, 2,068.20 SEK released, nothing was charged.",
    ),
]


@pytest.mark.parametrize(("status", "facts", "items", "words"), TABLE)
def test_every_order_is_said_in_one_sentence(
    status: str, facts: dict[str, Any], items: Items, words: str, noon: datetime
) -> None:
    usual = {"authorized_at": noon, "authorization_expires_at": noon + timedelta(days=4)}
    order = Order(status=status, currency="SEK", amount=206820, **{**usual, **facts})
    assert sentence(order, items, noon).replace(SPACE, " ") == words


@pytest.mark.parametrize(
    ("ends_in", "words"),
    [(timedelta(hours=2), "ends today."), (timedelta(days=1), "ends tomorrow."), (-timedelta(1), "is over.")],
)
def test_the_end_is_said_as_people_say_it(ends_in: timedelta, words: str, noon: datetime) -> None:
    held = {"amount": 100, "authorized_amount": 100}
    order = Order(status="authorized", currency="SEK", authorization_expires_at=noon + ends_in, **held)
    assert sentence(order, Items(1, 0), noon).endswith(words)


@pytest.mark.django_db
def test_the_drawer_begins_with_it_and_its_heading_points_there(alice_client: Client, acme: Company) -> None:
    page = get(alice_client, f"/orders/{captured_order(acme.store).pk}/").replace(SPACE, " ")
    assert 'aria-describedby="order-sentence"' in page
    assert 'id="order-sentence">All 3 items captured for 2,068.20 SEK.<' in page


@pytest.mark.django_db
def test_orders_without_a_capture_have_theirs_too(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    assert "Nothing captured yet, 2,068.20 SEK left" in get(alice_client, f"/orders/{order.pk}/").replace(SPACE, " ")
    pending = system_link(acme.store, merchant_reference1="FJB-2").order
    assert "The customer has not paid yet" in get(alice_client, f"/orders/{pending.pk}/")
