"""The details tab: what was bought, and the pens that edit it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Store
from orders.models import Order
from tests import builders
from tests.browser.drawer.conftest import Shop
from tests.browser.drawer.hands import drawer, entry, fact, section, standing
from tests.orders.stages import order_at


@pytest.fixture(scope="package")
def order(shop: Shop) -> Order:
    return builders.placed_order(shop.acme.store, merchant_reference1="FJB-LINES")


def _cells(reader: Page, order: Order) -> Locator:
    """The row of the bowls."""
    table = standing(reader, order, "Details").get_by_role("table", name="Lines")
    return table.get_by_role("row").filter(has_text="Serving bowl")


def _edit(page: Page, order: Order) -> Locator:
    """Press the pen; the tab in edit mode."""
    drawer(page, order, "Details").get_by_role("link", name="Edit order").click()
    form = page.locator("#drawer form.edit")
    form.wait_for()
    return form


def test_the_details_show_product_names(reader: Page, order: Order) -> None:
    names = standing(reader, order, "Details").locator(".line-name")
    wanted = ["Serving bowl, sea green 24 cm", "Linen apron, undyed", "Home delivery", "Returning customer"]
    expect(names).to_have_text(wanted)


def test_the_details_show_product_references(reader: Page, order: Order) -> None:
    expect(_cells(reader, order)).to_contain_text("KB-24-SG")


def test_the_details_show_product_types(reader: Page, order: Order) -> None:
    types = standing(reader, order, "Details").get_by_role("table", name="Lines").locator("td small.muted")
    for kind, shown in zip(["Physical", "Physical", "Shipping", "Discount"], types.all(), strict=True):
        expect(shown).to_contain_text(kind)


def test_the_details_show_quantity_and_unit_price(reader: Page, order: Order) -> None:
    expect(_cells(reader, order).get_by_role("cell").nth(1)).to_have_text("2 × 749.00")


def test_the_details_show_the_tax(reader: Page, order: Order) -> None:
    expect(_cells(reader, order).get_by_role("cell").nth(2)).to_have_text("25%")
    sums = section(standing(reader, order, "Details"), "Lines").locator(".sums")
    expect(sums).to_contain_text("VAT included, 25%")
    expect(sums).to_contain_text("413.64")


def test_the_details_show_the_amount(reader: Page, order: Order) -> None:
    expect(_cells(reader, order).get_by_role("cell").nth(3)).to_have_text("1,498.00")
    sums = section(standing(reader, order, "Details"), "Lines").locator(".sums")
    expect(sums.locator(".total dd")).to_have_text("2,068.20SEK")


@pytest.mark.parametrize("label", ["Merchant reference 1", "Merchant reference 2"])
def test_the_pen_edits_a_merchant_reference(page: Page, store: Store, label: str) -> None:
    form = _edit(page, builders.placed_order(store))
    form.get_by_role("textbox", name=label).fill("PO 88-1")
    form.get_by_role("button", name="Save changes").click()
    expect(form).to_have_count(0)
    found = page.locator("#drawer .drawer")
    expect(fact(found, label)).to_have_text("PO 88-1")
    expect(section(found, "References")).to_contain_text("PO 88-1")


def test_the_pen_edits_order_lines(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    form = _edit(page, order)
    form.locator("#line-0-quantity").fill("1")
    form.locator("#line-0-quantity").press("Tab")
    form.get_by_role("button", name="Save, new total 1,319.20 SEK").click()
    expect(form).to_have_count(0)
    expect(page.locator("#drawer .title .money")).to_have_text("1,319.20SEK")
    order.refresh_from_db()
    assert order.amount == 131920


def test_the_pen_edits_discount_lines(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    form = _edit(page, order)
    price = form.locator("#line-3-unit_price")
    price.fill("318.80")
    price.press("Tab")
    form.get_by_role("button", name="Save, new total 1,968.20 SEK").click()
    expect(form).to_have_count(0)
    found = page.locator("#drawer .drawer")
    expect(found.locator(".title .money")).to_have_text("1,968.20SEK")
    found.get_by_role("link", name="Timeline", exact=True).click()
    expect(entry(found, "Order edited")).to_contain_text("Returning customer")


@pytest.mark.parametrize("stage", ["authorized", "part_captured"])
def test_an_authorized_or_partly_captured_order_can_be_edited(page: Page, store: Store, stage: str) -> None:
    form = _edit(page, order_at(stage, store))
    expect(form.locator("#line-0-name")).to_be_visible()
    for label in ("Merchant reference 1", "Merchant reference 2"):
        expect(form.get_by_role("textbox", name=label)).to_be_visible()


@pytest.mark.parametrize("stage", ["cancelled", "expired"])
def test_a_cancelled_or_expired_order_cannot_be_edited(reader: Page, shop: Shop, store: Store, stage: str) -> None:
    found = standing(reader, shop.expired if stage == "expired" else order_at(stage, store), "Details")
    expect(found.get_by_role("button", name="Edit order")).to_have_attribute("aria-disabled", "true")
    expect(found.get_by_role("link", name="Edit order")).to_have_count(0)
    expect(found.locator("#lines-why")).not_to_be_empty()


@pytest.mark.parametrize("stage", ["cancelled", "expired"])
def test_references_of_a_cancelled_or_expired_order_cannot_be_edited(
    reader: Page, shop: Shop, store: Store, stage: str
) -> None:
    found = standing(reader, shop.expired if stage == "expired" else order_at(stage, store), "Details")
    expect(found.get_by_role("button", name="Edit order")).to_have_attribute("aria-disabled", "true")
    expect(found.get_by_role("textbox")).to_have_count(0)


def test_the_first_reference_and_the_lines_of_a_captured_order_stay(page: Page, store: Store) -> None:
    form = _edit(page, order_at("captured", store))
    expect(form.locator(".ledger")).to_have_count(0)
    expect(form.get_by_role("textbox")).to_have_count(1)
    expect(form).to_contain_text("Everything has been captured, and captured lines stay as they are.")
    form.get_by_role("textbox", name="Merchant reference 2").fill("PO 9")
    form.get_by_role("textbox", name="Merchant reference 2").press("Enter")
    expect(form).to_have_count(0)
    expect(fact(page.locator("#drawer .drawer"), "Merchant reference 2")).to_have_text("PO 9")
