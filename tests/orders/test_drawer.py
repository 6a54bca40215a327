"""One order: its tabs, its head, beside the list and alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client

from common.actor import Actor
from orders.entries import LOOKS
from orders.models import Order
from orders.timeline import What, record
from tests.builders import TOTAL, captured_order, sent_link
from tests.cast import Company
from tests.orders.pages import get, many, quick_order

pytestmark = pytest.mark.django_db
TABS = ("", "details/", "customer/")


@pytest.fixture
def order(acme: Company, at: datetime) -> Order:
    return quick_order(acme.store, at, "FJB-10482", merchant_reference2="PO 77-2291", phone="+46701740635")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_a_page_of_its_own(alice_client: Client, order: Order, tab: str) -> None:
    page = get(alice_client, f"/orders/{order.pk}/{tab}?q=frida")
    assert "<title>FJB-10482, Authorized · Counterfoil</title>" in page
    assert 'class="drawer alone"' in page
    assert f'href="/orders/{order.pk}/{tab}?q=frida" aria-current="page"' in page
    assert 'href="/orders/?q=frida"' in page


@pytest.mark.parametrize("tab", TABS)
def test_beside_the_list_it_is_a_drawer(alice_client: Client, order: Order, tab: str) -> None:
    drawer = get(alice_client, f"/orders/{order.pk}/{tab}?q=frida", target="drawer")
    assert "<html" not in drawer
    assert f'data-drawer="/orders/{order.pk}/"' in drawer
    assert 'class="drawer"' in drawer
    assert drawer.count("data-drawer-close") == 2


def test_the_head_says_who_how_much_and_how_long(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/")
    for words in (
        "Frida Nyström", "2,068.20<abbr>SEK</abbr>", 'data-copy="FJB-10482"', 'data-copy="PO 77-2291"',
        f'data-copy="{order.reference}"', f'data-copy="{order.store.mid}"', "in 7 days", "TEST", "Left to capture",
    ):  # fmt: skip
        assert words in page


def test_the_order_id_is_copied_whole_and_the_reference_is_called_so(alice_client: Client, order: Order) -> None:
    for tab in ("", "customer/"):
        page = get(alice_client, f"/orders/{order.pk}/{tab}")
        facts = dict(
            re.findall(r'<dt>([^<]+)</dt><dd>\s*<button class="copy" type="button" data-copy="([^"]+)"', page)
        )
        assert facts["Order ID"] == str(order.pk)
        assert facts["Reference"] == order.reference
        assert f">{str(order.pk)[:8]}…<" in page


def test_the_end_is_marked_when_it_is_near(alice_client: Client, acme: Company, at: datetime) -> None:
    order = quick_order(acme.store, at, expires_at=at + timedelta(days=1))
    assert '<span class="due">tomorrow</span>' in get(alice_client, f"/orders/{order.pk}/")


def test_details_show_lines_vat_references_and_movements(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/details/")
    for words in (
        "Serving bowl, sea green 24 cm", "KB-24-SG", "749.00", "VAT included, 25%", "413.64",
        str(order.pk), "Transaction history", "Authorization</h4>", "Succeeded",
    ):  # fmt: skip
        assert words in page


def test_customer_shows_addresses_and_payment(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/customer/")
    for words in ("Bondegatan 7", "116 23", "Sweden", "+46701740635", "Visa •• 4242", order.payment_reference):
        assert words in page


def test_the_timeline_is_newest_first_with_actor_and_exact_time(
    alice_client: Client, acme: Company, at: datetime
) -> None:
    link = sent_link(acme.store, acme.access("alice", at))
    page = get(alice_client, f"/orders/{link.order_id}/")
    assert page.index("Payment link created") < page.index("Order created")
    assert "alice@acme.example" in page
    assert "to frida.nystrom@example.com" in page
    assert f'title="{at:%-d %B %Y}' in page


def test_a_capture_lists_its_goods_and_what_is_left(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    page = get(alice_client, f"/orders/{order.pk}/")
    assert "2 × Serving bowl, sea green 24 cm" in page
    assert '<dt>Left to capture</dt><dd class="money">0.00</dd>' in page


@pytest.mark.parametrize("kind", What)
def test_every_kind_of_event_has_a_look_and_a_template(
    alice_client: Client, order: Order, at: datetime, kind: What
) -> None:
    get_template(LOOKS[kind].template)
    data = {"recipient": "frida@example.com", "reason": "wrong_amount", "left": 0, "message": "Do not honour"}
    record(order, kind, by=Actor.system(), at=at, amount=TOTAL, data=data)
    assert str(kind.label) in get(alice_client, f"/orders/{order.pk}/")


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (Actor("member", "alice@acme.example"), "alice@acme.example"),
        (Actor.customer(), "Customer"),
        (Actor.system(), "System"),
        (Actor.system("alice@acme.example"), "System, chosen by alice@acme.example"),
        (Actor.gateway("sandbox"), "Sandbox"),
        (Actor("api", "warehouse"), "API, warehouse"),
    ],
)
def test_the_origin_is_said_in_words(alice_client: Client, order: Order, at: datetime, by: Actor, words: str) -> None:
    record(order, What.LINK_CANCELLED, by=by, at=at)
    assert f"</svg>{words}</span>" in get(alice_client, f"/orders/{order.pk}/")


@pytest.mark.parametrize("tab", [*TABS, "state/", "capture/", "slip/"])
def test_an_order_of_another_merchant_is_not_there(charlie_client: Client, order: Order, tab: str) -> None:
    assert charlie_client.get(f"/orders/{order.pk}/{tab}").status_code == 404


def test_neighbours_are_those_of_the_list(alice_client: Client, acme: Company, at: datetime) -> None:
    newest, middle, oldest = many(acme.store, at, 3)
    quick_order(acme.second_store, at - timedelta(hours=1), "OSL-1")
    query = f"?q=FJB&store={acme.store.mid}"
    listed = sorted((newest, middle, oldest), key=lambda each: each.pk.int, reverse=True)
    page = get(alice_client, f"/orders/{listed[1].pk}/{query}").replace("&amp;", "&")
    assert f'href="/orders/{listed[0].pk}/{query}" data-neighbour="previous"' in page
    assert f'href="/orders/{listed[2].pk}/{query}" data-neighbour="next"' in page
    assert 'data-neighbour="next"' not in get(alice_client, f"/orders/{listed[2].pk}/{query}")


@pytest.mark.parametrize("target", ["", "drawer"])
@pytest.mark.parametrize("tab", TABS)
def test_the_drawer_asks_six_questions(
    alice_client: Client, acme: Company, django_assert_max_num_queries: Any, tab: str, target: str
) -> None:
    order = captured_order(acme.store)
    alice_client.get("/orders/")
    with django_assert_max_num_queries(6):
        get(alice_client, f"/orders/{order.pk}/{tab}?q=FJB&status=captured", target=target)
