"""The details tab in edit mode: it looks right, and what was typed is not lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Store
from orders.models import Order
from tests import builders
from tests.browser.drawer.hands import drawer
from tests.browsers import audit, overhang
from tests.orders.stages import order_at


@pytest.fixture
def order(store: Store) -> Order:
    return order_at("part_captured", store)


@pytest.fixture
def form(page: Page, order: Order) -> Locator:
    drawer(page, order, "Details").get_by_role("link", name="Edit order").click()
    found = page.locator("#drawer form.edit")
    found.wait_for()
    return found


def test_it_is_the_tab_with_an_address_of_its_own(page: Page, order: Order, form: Locator) -> None:
    expect(page).to_have_url(re.compile(f"/orders/{order.pk}/edit/$"))
    expect(page.locator("#drawer .tabs [aria-current]")).to_have_text("Details")
    expect(page.locator("#id_merchant_reference1")).to_be_focused()
    expect(form.locator(".savebar")).to_contain_text("No changes yet")
    form.get_by_role("link", name="Discard").click()
    expect(page).to_have_url(re.compile(f"/orders/{order.pk}/details/$"))
    expect(page.get_by_role("link", name="Edit order")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_looks_right_and_the_bar_stays_in_sight(page: Page, form: Locator, width: int, *, dark: bool) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if dark else "light")
    form.locator("#line-0-quantity").fill("1")
    expect(form.locator(".savebar")).to_contain_text("→")
    assert audit(page) == []
    assert overhang(page) <= 0
    form.locator("#line-0-quantity").scroll_into_view_if_needed()
    expect(form.get_by_role("button", name="Save, new total")).to_be_in_viewport(ratio=1)
    bar = form.locator(".savebar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == pytest.approx(844, abs=1)


@pytest.mark.parametrize("way", ["tab", "j", "Escape", "close", "back"])
def test_leaving_asks_before_what_was_typed_is_lost(page: Page, store: Store, way: str) -> None:
    builders.placed_order(store)
    order = builders.placed_order(store)
    drawer(page, order, "Details").get_by_role("link", name="Edit order").click()
    second = page.get_by_role("textbox", name="Merchant reference 2")
    second.fill("PO 1")
    for answer in ("Keep editing", "Leave"):
        _leave(page, way)
        page.locator("#unsaved").get_by_role("button", name=answer).click()
        if answer == "Keep editing":
            expect(second).to_have_value("PO 1")
            expect(page).to_have_url(re.compile("/edit/$"))
    expect(second).to_have_count(0)


def _leave(page: Page, way: str) -> None:
    if way == "back":
        page.evaluate("history.back()")
    elif way == "tab":
        page.locator("#drawer .tabs").get_by_role("link", name="Customer").click()
    elif way == "close":
        page.get_by_role("link", name="Close, Escape").click()
    else:
        page.locator("#drawer .tabs a").first.focus()
        page.keyboard.press(way)


def test_lines_are_edited_by_keyboard_alone(page: Page, form: Locator) -> None:
    page.locator("#id_merchant_reference1").press("Enter")
    expect(page.locator("#id_merchant_reference2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#line-0-name")).to_be_focused()
    for _cell in range(3):
        page.keyboard.press("Enter")
    expect(page.locator("#line-0-quantity")).to_be_focused()
    page.keyboard.type("1")
    form.get_by_role("button", name="Save, new total").press("Enter")
    expect(form).to_have_count(0)
    expect(page.locator(".toasts")).to_contain_text("Order edited.")
