"""Payments in the drawer: sync, capture value, notices; at both widths and in both schemes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from common import clock
from common.actor import Actor
from orders.actions.refund import refund_order
from orders.models import Order
from sandbox.actions import by_hand
from sandbox.models import Movement, Payment
from tests import builders
from tests.browsers import audit, overhang, sign_in
from tests.cast import Company
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    return shared_portal.acme()


def _opened(portal: Portal, acme: Company, open_page: Callable[..., Page], order: Order) -> Page:
    page = open_page(base_url=portal.address)
    sign_in(page, portal, acme.people["alice"])
    page.goto(f"/orders/?q={order.merchant_reference1}")
    page.locator(f"#order-{order.pk} a[data-row]").click()
    page.get_by_role("link", name="Details").click()
    return page


def _looks_right(page: Page) -> None:
    # what is half under the sticky tabs would count as too small to press
    page.locator(".drawer").evaluate("drawer => drawer.scrollTo(0, 0)")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert audit(page) == []
        assert overhang(page) <= 0
    page.set_viewport_size({"width": 1440, "height": 900})


def test_what_the_gateway_moved_is_synced_and_the_rest_captured_by_value(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page]
) -> None:
    from playwright.sync_api import expect

    order = builders.placed_order(acme.store, merchant_reference1="FJB-SYNC")
    page = _opened(shared_portal, acme, open_page, order)
    by_hand.move_by_hand(uuid.UUID(order.session_reference), "capture", amount=30000, at=clock.now())
    page.get_by_role("button", name="Sync payments").click()
    section = page.locator("#payments")
    expect(section).to_contain_text("Payments agree with the gateway as of")
    expect(page.locator("#toasts")).to_contain_text("Booked from the gateway: Capture 300.00 SEK.")
    page.get_by_label("Capture value").fill("500")
    page.get_by_role("button", name="Capture transaction").click()
    dialog = page.get_by_role("dialog", name="Capture FJB-SYNC")
    expect(dialog.get_by_role("textbox", name="Amount, SEK")).to_have_value("500.00")
    dialog.get_by_role("button", name="Capture 500.00 SEK").click()
    expect(section.get_by_role("heading", name="Transaction history")).to_be_visible()
    expect(section.locator("ol li")).to_have_count(3)
    _looks_right(page)


def test_a_returned_refund_and_a_difference_are_shown_and_put_away(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page]
) -> None:
    from playwright.sync_api import expect

    order = builders.captured_order(acme.store, merchant_reference1="FJB-BACK")
    refund = refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    by_hand.fail_refund(Movement.objects.get(key=refund.key).pk, uuid.UUID(order.session_reference), clock.now())
    Payment.objects.filter(pk=order.payment_reference).update(amount=order.amount + 100)
    page = _opened(shared_portal, acme, open_page, order)
    page.get_by_role("button", name="Sync payments").click()
    expect(page.locator(".drawer")).to_contain_text("failed at the bank on")
    expect(page.locator(".drawer")).to_contain_text("gateway 2,069.20 SEK")
    expect(page.locator(f"#order-{order.pk}")).to_contain_text("Refund came back")
    _looks_right(page)
    page.get_by_role("button", name="Dismiss").first.click()
    expect(page.locator(".drawer")).not_to_contain_text("failed at the bank on")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(f"#order-{order.pk}")).not_to_contain_text("Differs")
