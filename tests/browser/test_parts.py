"""Capture and refund by keyboard, with the sums of the server, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from orders.models import Operation, Order
from tests import builders
from tests.browsers import audit, overhang, sign_in
from tests.cast import Company
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    return shared_portal.acme()


def _page(portal: Portal, acme: Company, open_page: Callable[..., Page], **looks: object) -> Page:
    page = open_page(base_url=portal.address, **looks)
    sign_in(page, portal, acme.people["alice"])
    return page


def _looks_right(page: Page) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert audit(page) == []
        assert overhang(page) <= 0
    page.set_viewport_size({"width": 1440, "height": 900})


def test_both_dialogs_by_keyboard(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]):
    from playwright.sync_api import expect

    order = builders.placed_order(acme.store, merchant_reference1="FJB-PARTS")
    page = _page(shared_portal, acme, open_page)
    page.goto("/orders/?q=FJB-PARTS")
    page.locator(f"#order-{order.pk} a[data-row]").press("Enter")
    page.get_by_role("link", name="Capture", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="Capture FJB-PARTS")
    dialog.get_by_role("checkbox", name="All lines").press("Space")
    expect(dialog.get_by_role("checkbox", name="Linen apron")).not_to_be_checked()
    expect(dialog.get_by_role("button", name="Capture", exact=True)).to_be_visible()
    bowls = dialog.get_by_label("Quantity of Serving bowl")
    bowls.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    expect(dialog.get_by_role("checkbox", name="Serving bowl")).to_be_checked()
    button = dialog.get_by_role("button", name="Capture 677.34 SEK")
    expect(button).to_be_visible()
    expect(bowls).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert not Operation.objects.filter(order=order, kind="capture").exists()
    _looks_right(page)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Captured 677.34 SEK")
    expect(dialog).to_have_count(0)
    _refund(page, order)


def _refund(page: Page, order: Order) -> None:
    from playwright.sync_api import expect

    page.get_by_role("link", name="Refund", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="Refund FJB-PARTS")
    dialog.get_by_role("checkbox", name="Serving bowl").press("Space")
    dialog.get_by_text("Withhold a return fee").press("Enter")
    dialog.get_by_label("Amount, SEK").last.fill("9000")
    expect(dialog.get_by_text("A return fee must be less")).to_be_visible()
    dialog.get_by_label("Amount, SEK").last.fill("50")
    expect(dialog.get_by_text("Your next payout is 627.34 SEK lower.")).to_be_visible()
    _looks_right(page)
    dialog.get_by_role("button", name="Refund 627.34 SEK").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Refunded 627.34 SEK")
    expect(page.locator(".drawer .bar")).to_contain_text("Refunded")
    order.refresh_from_db()
    assert (order.refunded_amount, order.refundable_amount) == (62734, 0)


def test_a_sum_is_never_sent_that_was_not_seen(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]):
    from playwright.sync_api import expect

    order = builders.placed_order(acme.store, merchant_reference1="FJB-FAST")
    page = _page(shared_portal, acme, open_page, tolerate="status of 422")
    page.goto("/orders/?q=FJB-FAST")
    page.locator(f"#order-{order.pk} a[data-row]").click()
    page.get_by_role("link", name="Capture", exact=True).click()
    button = page.get_by_role("button", name="Capture 2,068.20 SEK")
    # both in one task: before the preview came
    apron = page.get_by_role("checkbox", name="Linen apron").element_handle()
    button.evaluate("(button, apron) => { apron.click(); button.click(); }", apron)
    dialog = page.get_by_role("dialog", name="Capture FJB-FAST")
    expect(dialog.get_by_role("alert")).to_contain_text("The sum is now 1,444.21 SEK. Nothing was done")
    expect(dialog.get_by_role("alert")).to_be_focused()
    dialog.get_by_role("button", name="Capture 1,444.21 SEK").dblclick()
    expect(page.locator("#toasts")).to_contain_text("Captured 1,444.21 SEK")
    assert Operation.objects.filter(order=order, kind="capture").count() == 1


def test_without_scripts_the_page_sums_up(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]):
    from playwright.sync_api import expect

    order = builders.placed_order(acme.store, merchant_reference1="FJB-PLAIN")
    page = _page(shared_portal, acme, open_page, scripts=False)
    page.goto(f"/orders/{order.pk}/")
    page.get_by_role("link", name="Capture", exact=True).click()
    page.get_by_role("checkbox", name="Serving bowl").uncheck()
    expect(page.get_by_role("checkbox", name="All lines")).to_be_hidden()
    page.get_by_label("Quantity of Home delivery").press("Enter")
    expect(page.get_by_role("button", name="Capture 713.52 SEK")).to_be_visible()
    page.get_by_role("checkbox", name="Home delivery").uncheck()
    page.locator(".unscripted").click()
    page.get_by_role("button", name="Capture 623.99 SEK").click()
    expect(page.locator(".drawer .bar")).to_contain_text("Partly captured")
