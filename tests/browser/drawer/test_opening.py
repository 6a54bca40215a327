"""Opening an order, copying from its top, and what stands there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Store
from orders.models import Order
from tests import builders
from tests.browser.drawer.conftest import Shop
from tests.browser.drawer.hands import drawer, fact, stamp, standing
from tests.orders.stages import order_at

# quicker than any hand: in the very task that brought the drawer
PRESS_AT_ONCE = """() => {
    const place = document.getElementById("drawer")
    const watch = new MutationObserver(() => {
        watch.disconnect()
        place.querySelector('.tabs a[href*="/details/"]').click()
    })
    watch.observe(place, {childList: true})
}"""


@pytest.fixture(scope="package")
def order(shop: Shop) -> Order:
    return builders.placed_order(shop.acme.store, merchant_reference2="PO 77-2291")


def test_an_order_pressed_on_the_orders_page_opens_its_drawer(page: Page, order: Order) -> None:
    page.goto("/links/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Orders", exact=True).click()
    page.locator(f"#order-{order.pk} a[data-row]").click()
    expect(page.locator("#drawer #order-title")).to_have_text("Frida Nyström")
    expect(page).to_have_url(re.compile(f"/orders/{order.pk}/"))


def test_a_link_the_drawer_brings_works_the_moment_it_stands_there(page: Page, order: Order) -> None:
    page.goto("/orders/")
    page.evaluate(PRESS_AT_ONCE)
    page.locator(f"#order-{order.pk} a[data-row]").click()
    expect(page.locator("#drawer .tabs [aria-current]")).to_have_text("Details")
    expect(page.locator(f"#order-{order.pk}")).to_be_visible()


@pytest.mark.parametrize("how", [{"modifiers": ["Control"]}, {"button": "middle"}], ids=["control", "middle"])
def test_control_or_the_middle_button_opens_orders_in_new_windows(
    page: Page, store: Store, how: dict[str, Any]
) -> None:
    orders = [builders.placed_order(store, merchant_reference1=f"FJB-{number}") for number in (1, 2)]
    page.goto("/orders/")
    for each in orders:
        with page.context.expect_page() as opened:
            page.locator(f"#order-{each.pk} a[data-row]").click(**how)
        expect(opened.value.locator("#order-title")).to_be_visible()
        expect(opened.value).to_have_url(re.compile(f"/orders/{each.pk}/"))
    expect(page.locator("#drawer .drawer")).to_have_count(0)
    assert len(page.context.pages) == 3


@pytest.mark.parametrize("label", ["Merchant reference 1", "Merchant reference 2", "Order ID", "MID"])
def test_a_reference_that_is_pressed_is_copied(page: Page, order: Order, label: str) -> None:
    values = {
        "Merchant reference 1": order.merchant_reference1,
        "Merchant reference 2": "PO 77-2291",
        "Order ID": str(order.pk),
        "MID": order.store.mid,
    }
    fact(drawer(page, order), label).get_by_role("button").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == values[label]


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("authorized", "Authorized"),
        ("part_captured", "Partly captured"),
        ("captured", "Captured"),
        ("refunded", "Refunded"),
        ("cancelled", "Cancelled"),
    ],
)
def test_the_top_shows_the_orders_status(reader: Page, store: Store, stage: str, words: str) -> None:
    found = standing(reader, order_at(stage, store))
    expect(found.locator(".bar .status").filter(has_text=re.compile(f"^{words}$"))).to_be_visible()


def test_the_top_shows_when_the_order_was_authorized(reader: Page, order: Order) -> None:
    expect(fact(standing(reader, order), "Authorized")).to_have_text(stamp(order.authorized_at))


def test_the_top_shows_when_the_authorization_expires(reader: Page, order: Order) -> None:
    shown = fact(standing(reader, order), "Expires")
    assert order.authorization_expires_at is not None
    expect(shown.locator("time")).to_have_attribute("title", re.compile(stamp(order.authorization_expires_at)[-5:]))
    expect(shown).to_contain_text(re.compile(r"in [67] days"))


def test_the_top_shows_the_order_id(reader: Page, order: Order) -> None:
    shown = fact(standing(reader, order), "Order ID").get_by_role("button")
    expect(shown).to_contain_text(str(order.pk)[:8])


def test_the_top_shows_both_merchant_references(reader: Page, order: Order) -> None:
    found = standing(reader, order)
    expect(fact(found, "Merchant reference 1")).to_have_text("FJB-10498")
    expect(fact(found, "Merchant reference 2")).to_have_text("PO 77-2291")
