"""Editing an order's lines in a browser: sums while typing, one save, what was captured locked."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Store
from common import clock
from orders.actions.capture import capture_order
from orders.models import Line, Order
from orders.selection import Selection
from payments.actions import connect_sandbox
from tests import builders
from tests.browsers import audit, sign_in
from tests.cast import Company
from tests.orders.line_edits import ALICE
from tests.portals import Portal


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    company = shared_portal.acme()
    connect_sandbox(company.store, clock.now())
    return company


def _part_captured(store: Store, reference: str) -> Order:
    order = builders.placed_order(store, merchant_reference1=reference)
    bowl = Line.objects.get(order=order, name__startswith="Serving").pk
    capture_order(order.pk, key="c", access=None, by=ALICE, at=clock.now(), selection=Selection({bowl: 1}))
    return order


def _shot(page: Page, name: str) -> None:
    """Kept only when somebody wants to look: SHOTS names a folder."""
    if "SHOTS" in os.environ:
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png")


def test_lines_are_changed_and_removed_beside_the_list(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page]
) -> None:
    order = _part_captured(acme.store, "FJB-EDIT-1")
    page: Page = open_page(base_url=shared_portal.address)
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto("/orders/?q=FJB-EDIT-1")
    page.get_by_role("link", name="Frida Nyström").first.click()
    page.get_by_role("link", name="Details").click()
    page.get_by_label("Edit order").click()
    form = page.locator("#drawer form.edit")
    expect(form).to_contain_text("Captured, locked")
    expect(form.get_by_role("button", name="Save changes")).to_be_visible()
    assert audit(page) == []
    _shot(page, "edit-opens")
    form.get_by_role("group", name="Line 2").get_by_label("Item").fill("Linen apron, dyed")
    form.get_by_role("button", name="Remove line 3").click()
    expect(form.locator("#edit-changes")).to_contain_text("−99.00")
    expect(form.locator("#edit-review")).to_contain_text("99.00 SEK of it is released with the last capture")
    form.get_by_role("button", name="Add line", exact=True).click()
    row = form.get_by_role("group", name="Line 4")
    row.get_by_label("Item").fill("Vase")
    row.get_by_label("Unit price").fill("200")
    row.get_by_label("VAT").fill("25")
    expect(form.locator("#edit-review")).to_contain_text("Card cannot reserve more than the 2,068.20 SEK it holds")
    _shot(page, "edit-too-much")
    row.get_by_label("Unit price").fill("50")
    save = form.get_by_role("button", name="Save, new total 2,019.20 SEK")
    expect(save).to_be_visible()
    save.dblclick()
    expect(page.locator("#toasts")).to_contain_text("Order edited. The total is now 2,019.20 SEK.")
    expect(form).to_have_count(0)
    page.get_by_role("link", name="Timeline").click()
    entry = page.locator(".timeline > li", has_text="Order edited")
    expect(entry).to_contain_text("Linen apron, dyed, before Linen apron, undyed")
    expect(entry).to_contain_text("Removed: Home delivery")
    expect(entry).to_contain_text("Added: Vase")
    _shot(page, "edit-done")
    order.refresh_from_db()
    assert (order.revision, order.amount) == (2, 201920)


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(shared_portal: Portal, acme: Company, open_page: Callable[..., Page], *, dark: bool) -> None:
    order = _part_captured(acme.store, f"FJB-PHONE-{dark}")
    page: Page = open_page(base_url=shared_portal.address, width=390, dark=dark)
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto(f"/orders/{order.pk}/details/")
    page.get_by_label("Edit order").click()
    page.locator("form.edit").wait_for()
    assert audit(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _shot(page, f"edit-phone-{'dark' if dark else 'light'}")
    page.goto(f"/orders/{order.pk}/edit/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert audit(page) == []
    _shot(page, f"edit-page-{'dark' if dark else 'light'}")


def test_without_scripts_a_line_is_added_and_saved(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page]
) -> None:
    order = _part_captured(acme.store, "FJB-PLAIN")
    page: Page = open_page(base_url=shared_portal.address, scripts=False)
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto(f"/orders/{order.pk}/details/")
    page.get_by_label("Edit order").click()
    page.get_by_role("button", name="Remove line 3").click()
    page.get_by_role("button", name="Save, new total 1,969.20 SEK").click()
    expect(page.get_by_text("Home delivery")).to_have_count(0)
    order.refresh_from_db()
    assert order.amount == 196920
