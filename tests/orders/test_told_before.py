"""What each dialog tells before anything is done: the payout, the VAT by rate, and the button with its sums."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.models import Line, Order
from orders.selection import Selection
from tests import builders
from tests.cast import Company
from tests.orders.line_edits import edit, opened, previewed, wishes, without
from tests.orders.pages import get, quick_order
from tests.orders.stages import order_at

pytestmark = pytest.mark.django_db(transaction=True)

BOOK = replace(builders.APRON, name="Book of glazes", tax_rate=600)
TWO_RATES = (builders.BOWL, BOOK)  # 1,498.00 at 25%, 690.00 at 6%


@pytest.fixture
def order(acme: Company) -> Order:
    return builders.placed_order(acme.store, lines=TWO_RATES)


@pytest.fixture
def half(order: Order) -> Order:
    """The book was captured."""
    book = Line.objects.get(order=order, name__startswith="Book")
    capture_order(order.pk, key="a", access=None, by=Actor.system(), at=clock.now(), selection=Selection({book.pk: 1}))
    return Order.objects.get(pk=order.pk)


def told(client: Client, order: Order, verb: str) -> str:
    """The dialog as people read it, without its marks."""
    page = get(client, f"/orders/{order.pk}/{verb}/", target="dialog", beside="1")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def button(client: Client, order: Order, verb: str) -> str:
    """What the button that does it says."""
    page = get(client, f"/orders/{order.pk}/{verb}/", target="dialog", beside="1")
    found = re.search(r'<button class="btn (?:danger solid(?: long)?|primary)"[^>]*>(.*?)</button>', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_capture_tells_what_the_next_payout_gains(alice_client: Client, order: Order) -> None:
    words = told(alice_client, order, "capture")
    assert "Frida Nyström is charged 2,188.00 SEK now." in words
    assert "Your next payout is 2,188.00 SEK higher, before fees." in words
    assert "It cannot be edited afterwards, and giving it back takes a refund." in words


def test_cancelling_names_the_sum_its_vat_and_that_no_payout_changes(alice_client: Client, order: Order) -> None:
    words = told(alice_client, order, "cancel")
    assert "Released, never charged 2,188.00 SEK Of which VAT 25% 299.60 Of which VAT 6% 39.06" in words
    assert "No payout changes." in words
    assert button(alice_client, order, "cancel") == "Cancel order, release 2,188.00 SEK"


def test_ending_names_both_sums_each_with_its_vat_and_what_the_payout_loses(alice_client: Client, half: Order) -> None:
    words = told(alice_client, half, "cancel")
    assert "Released, never charged 1,498.00 SEK Of which VAT 25% 299.60" in words
    assert "Refunded to the customer 690.00 SEK Of which VAT 6% 39.06" in words
    assert "Your next payout is 690.00 SEK lower." in words
    assert button(alice_client, half, "cancel") == "Cancel order, release 1,498.00 SEK, refund 690.00 SEK"


def test_ending_what_was_all_captured_names_only_what_is_left_to_refund(alice_client: Client, half: Order) -> None:
    capture_order(half.pk, key="b", access=None, by=Actor.system(), at=clock.now())
    bowl = Line.objects.get(order=half, name__startswith="Serving")
    refund_order(half.pk, key="c", access=None, by=Actor.system(), at=clock.now(), selection=Selection({bowl.pk: 1}))
    words = told(alice_client, half, "cancel")
    assert "Released" not in words
    assert "690.00 SEK Of which VAT 6% 39.06" in words
    assert "749.00 SEK Of which VAT 25% 149.80" in words
    assert button(alice_client, half, "cancel") == "Cancel order, refund 1,439.00 SEK"


def test_an_unpaid_order_has_no_sum_to_name(alice_client: Client, acme: Company) -> None:
    order = order_at("pending", acme.store)
    page = get(alice_client, f"/links/{order.pk}/withdraw/", target="dialog", beside="1")
    assert re.search(r"danger solid long[^>]*>Cancel order</button>", page)
    assert "VAT" not in page
    assert "No payout changes." in page


def test_who_was_charged_at_once_is_paid_back_says_the_button(alice_client: Client, acme: Company) -> None:
    order = quick_order(acme.store, clock.now())
    Order.objects.filter(pk=order.pk).update(is_charged_at_once=True)
    assert "Paid back 2,068.20 SEK Of which VAT 25% 413.64" in told(alice_client, order, "cancel")
    assert button(alice_client, order, "cancel") == "Cancel order, pay back 2,068.20 SEK"


def test_what_is_held_beyond_a_lowered_total_goes_too_but_holds_no_vat(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store)
    edit(order, wishes(order, drop=("Home",)))
    words = told(alice_client, order, "cancel")
    tax = sum(line.tax_amount for line in Line.objects.filter(order=order, revision=order.revision))
    assert f"Released, never charged 2,068.20 SEK Of which VAT 25% {tax / 100:.2f}" in words
    assert button(alice_client, order, "cancel") == "Cancel order, release 2,068.20 SEK"


def test_a_release_tells_its_vat_and_that_no_payout_changes(alice_client: Client, half: Order) -> None:
    words = told(alice_client, half, "release")
    assert "Released, never charged 1,498.00 SEK Of which VAT 25% 299.60 Stays captured 690.00 SEK" in words
    assert "No payout changes." in words
    assert button(alice_client, half, "release") == "Release 1,498.00 SEK"


def test_an_extension_keeps_all_that_is_held_and_changes_no_payout(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store, method="klarna")
    Order.objects.filter(pk=order.pk).update(authorization_expires_at=clock.now() + timedelta(days=2))
    assert "2,068.20 SEK stay reserved longer. Nothing is charged, and no payout changes." in told(
        alice_client, order, "extend"
    )


def test_an_edit_changes_no_payout(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store)
    assert "No payout changes." in previewed(alice_client, order, without(opened(alice_client, order), "Linen"))
