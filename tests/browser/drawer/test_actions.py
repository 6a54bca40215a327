"""The drawer's actions: each is there when the status allows it, and does what it says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Store
from common import clock
from messaging.models import Message
from orders.models import Order
from tests import builders
from tests.browser.drawer.hands import drawer, more, standing
from tests.browsers import audit, overhang
from tests.orders.stages import order_at


def _press(page: Page, action: str, button: str) -> None:
    """Open an action's dialog and press its button, which names the sum."""
    page.locator("#drawer").get_by_role("link", name=action, exact=True).click()
    page.locator("#ask").get_by_role("button", name=button).click()


def _status(found: Locator, words: str) -> Locator:
    return found.locator(".bar .status").filter(has_text=re.compile(f"^{words}$"))


def test_an_order_not_captured_yet_can_be_captured(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    found = drawer(page, order)
    _press(page, "Capture", "Capture 2,068.20 SEK")
    expect(_status(found, "Captured")).to_be_visible()
    expect(found.get_by_role("link", name="Capture", exact=True)).to_have_count(0)
    order.refresh_from_db()
    assert order.captured_amount == 206820


def test_a_partly_captured_order_can_be_captured_further(page: Page, store: Store) -> None:
    found = drawer(page, order_at("part_captured", store))
    _press(page, "Capture", "Capture 1,444.21 SEK")
    expect(_status(found, "Captured")).to_be_visible()


def test_capturing_says_that_the_customer_is_charged(page: Page, store: Store) -> None:
    drawer(page, builders.placed_order(store)).get_by_role("link", name="Capture", exact=True).click()
    expect(page.locator("#ask")).to_contain_text("Frida Nyström is charged 2,068.20 SEK now.")


def test_a_captured_order_can_be_refunded_from_the_next_payout(page: Page, store: Store) -> None:
    order = builders.captured_order(store)
    found = drawer(page, order)
    found.get_by_role("link", name="Refund", exact=True).click()
    page.locator("#ask").get_by_role("checkbox", name="All lines").check()
    expect(page.locator("#ask")).to_contain_text("Frida Nyström gets 2,068.20 SEK back")
    expect(page.locator("#ask")).to_contain_text("Your next payout is 2,068.20 SEK lower.")
    page.locator("#ask").get_by_role("button", name="Refund 2,068.20 SEK").click()
    expect(_status(found, "Refunded")).to_be_visible()


def test_an_order_not_captured_yet_can_be_cancelled(page: Page, store: Store) -> None:
    found = drawer(page, builders.placed_order(store))
    more(page, "Cancel order")
    page.locator("#ask").get_by_role("button", name="Cancel order").click()
    expect(_status(found, "Cancelled")).to_be_visible()


def test_cancelling_refunds_a_customer_who_was_charged(page: Page, store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    found = drawer(page, order)
    more(page, "Cancel order")
    page.locator("#ask").get_by_role("button", name="Cancel order").click()
    expect(page.locator("#toasts")).to_contain_text("is ended: 2,068.20 SEK refunded.")
    expect(_status(found, "Refunded")).to_be_visible()


def test_a_klarna_authorization_can_be_extended(page: Page, store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    before = order.authorization_expires_at
    drawer(page, order)
    more(page, "Extend authorization")
    page.locator("#ask").get_by_role("button", name="Extend to").click()
    expect(page.locator("#toasts")).to_contain_text("The authorization now ends")
    order.refresh_from_db()
    assert order.authorization_expires_at is not None
    assert before is not None
    assert before < order.authorization_expires_at


@pytest.mark.parametrize(("method", "name"), [("card", "Card"), ("swish", "Swish")])
def test_only_klarna_orders_can_be_extended(page: Page, store: Store, method: str, name: str) -> None:
    drawer(page, builders.placed_order(store, method=method))
    page.get_by_role("button", name="More actions").click()
    choice = page.locator("#more-actions").get_by_role("button", name="Extend authorization")
    expect(choice).to_have_attribute("aria-disabled", "true")
    expect(choice).to_contain_text({"Card": "Card does not let", "Swish": "Everything has been captured."}[name])


def test_duplicating_opens_the_create_form_filled_in(page: Page, store: Store) -> None:
    order = builders.placed_order(store, merchant_reference1="FJB-TWIN")
    before = Order.objects.count()
    drawer(page, order)
    more(page, "Duplicate order")
    expect(page.get_by_label("Merchant reference 1")).to_have_value("FJB-TWIN")
    expect(page.get_by_label("E-mail or phone")).to_have_value("frida.nystrom@example.com")
    expect(page.locator("#line-0-name")).to_have_value("Serving bowl, sea green 24 cm")
    assert Order.objects.count() == before


@pytest.mark.parametrize(
    ("stage", "actions"), [("captured", ["Refund"]), ("authorized", ["Capture"]), ("cancelled", [])]
)
def test_the_actions_depend_on_the_status(reader: Page, store: Store, stage: str, actions: list[str]) -> None:
    found = standing(reader, order_at(stage, store))
    shown = [name for name in ("Capture", "Refund") if found.get_by_role("link", name=name, exact=True).count()]
    assert shown == actions


@pytest.mark.parametrize("tells", [True, False], ids=["told", "not_told"])
def test_cancelling_asks_whether_the_customer_gets_an_email(page: Page, store: Store, tells: bool) -> None:
    order = builders.placed_order(store)
    drawer(page, order)
    more(page, "Cancel order")
    page.locator("#ask").get_by_label("Tell the customer").set_checked(tells)
    page.locator("#ask").get_by_role("button", name="Cancel order").click()
    expect(page.locator("#toasts")).to_contain_text("is cancelled: 2,068.20 SEK released, nothing was charged.")
    assert Message.objects.filter(order_id=order.pk, kind="order.voided").exists() is tells


def test_once_cancelled_a_message_names_what_was_refunded_and_what_was_reversed(page: Page, store: Store) -> None:
    drawer(page, order_at("part_captured", store))
    more(page, "Cancel order")
    page.locator("#ask").get_by_role("button", name="Cancel order").click()
    expect(page.locator("#toasts")).to_contain_text("is ended: 1,444.21 SEK released, 623.99 SEK refunded.")


def test_staff_see_what_the_customer_sees(page: Page, store: Store) -> None:
    order = builders.system_link(store).order
    changed = order.changed_at
    page.goto(f"/orders/{order.pk}/")
    with page.context.expect_page() as opened:
        more(page, "View as customer")
    seen = opened.value
    expect(seen.get_by_text("You see what the customer sees. Nothing can be paid or changed here.")).to_be_visible()
    expect(seen.get_by_role("button", name="Pay 2,068.20 SEK")).to_be_disabled()
    expect(seen.get_by_label("First name").first).to_be_disabled()
    assert (audit(seen), overhang(seen)) == ([], 0)
    order.refresh_from_db()
    assert order.changed_at == changed
    assert order.links.get().status == "created"
    assert clock.now() < order.links.get().expires_at
