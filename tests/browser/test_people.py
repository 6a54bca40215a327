"""Editing references and customer with keyboard and eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from orders.models import Order
from tests import builders
from tests.browsers import audit, overhang, sign_in
from tests.cast import Company
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    return shared_portal.acme()


@pytest.fixture
def order(acme: Company) -> Order:
    return builders.placed_order(acme.store, method="klarna", merchant_reference1="FJB-10491")


@pytest.fixture
def page(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]) -> Page:
    made: Page = open_page(base_url=shared_portal.address, tolerate="422")
    sign_in(made, shared_portal, acme.people["alice"])
    return made


def _looks_right(page: Page, name: str) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert audit(page) == [], (name, width, scheme)
        assert overhang(page) <= 0, (name, width)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_the_pens_lead_to_what_they_stand_beside(page: Page, order: Order) -> None:
    page.goto("/orders/")
    page.locator(f"#order-{order.pk} a[data-row]").click()
    page.locator("#drawer").get_by_role("link", name="Customer").click()
    page.get_by_text("They are locked since the authorization.").wait_for()
    _looks_right(page, "customer")
    page.get_by_role("link", name="Edit delivery address").click()
    page.locator("#ask[open]").wait_for()
    expect(page.locator("#id_delivery_given_name")).to_be_focused()
    page.get_by_role("textbox", name="Phone").fill("070-174 06 35")
    page.get_by_text("Saved as +46 70 174 06 35").wait_for()
    page.get_by_text("frida.nystrom@example.com gets a message").wait_for()
    _looks_right(page, "edit customer")
    page.get_by_role("textbox", name="E-mail").fill("frida")
    page.get_by_role("textbox", name="E-mail").press("Enter")
    summary = page.locator("[data-error-summary]")
    summary.wait_for()
    expect(summary).to_be_focused()
    _looks_right(page, "refused")
    page.get_by_role("textbox", name="E-mail").fill("astrid@example.com")
    page.get_by_role("button", name="Save changes").click()
    page.locator("#ask").wait_for(state="detached")
    page.locator("#drawer").get_by_text("astrid@example.com").first.wait_for()
    assert page.url.endswith("/customer/")


def test_references_are_edited_by_keyboard(page: Page, order: Order) -> None:
    page.goto(f"/orders/{order.pk}/details/")
    page.get_by_role("link", name="Edit order").press("Enter")
    page.get_by_role("textbox", name="Merchant reference 2").fill("PO 77-2291")
    page.get_by_text("Before: empty").wait_for()
    _looks_right(page, "edit references")
    page.get_by_role("textbox", name="Merchant reference 2").press("Enter")  # walks on and never sends
    expect(page.locator("#line-0-name")).to_be_focused()
    page.get_by_role("button", name="Save changes").press("Enter")
    page.get_by_text("Saved. Old and new values stand in the timeline.").wait_for()
    expect(page.get_by_role("button", name="Copy merchant reference 2 PO 77-2291").first).to_be_visible()
