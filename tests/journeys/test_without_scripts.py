"""The same story with JavaScript switched off: every control is a plain form or link first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from devkit import hands
from tests.journeys import steps
from tests.journeys.steps import ALICE, FRIDA, MID, TOTAL
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_story_needs_no_scripts(fresh_portal: Portal, open_page: Callable[..., Page]):
    alice = open_page(base_url=fresh_portal.address, scripts=False)
    phone = open_page(width=390, base_url=fresh_portal.address, scripts=False)
    hands.sign_in(alice, ALICE)
    steps.set_terms(alice)

    hands.write_order(alice, MID, "FJB-10498", FRIDA)
    preview_by_button(alice)
    look_first(alice)
    hands.send_order(alice)
    steps.pay(phone, steps.invitation(phone))

    capture_on_pages(alice)
    assert "Serving bowl, sea green 24 cm" in steps.the_slip_by_page(alice)

    known = hands.links_to(alice, FRIDA)
    hands.write_order(alice, MID, "FJB-10499", FRIDA)
    hands.send_order(alice)
    unpaid = steps.invitation(alice, known)
    hands.move_clock(alice, 48)
    phone.goto(unpaid)
    phone.get_by_role("button", name="Ask for a new link").click()
    expect(phone.get_by_text("has been asked for a new link")).to_be_visible()
    known = hands.links_to(alice, FRIDA)
    alice.goto("/links/")
    alice.get_by_role("button", name="Send new link").click()
    fresh = steps.invitation(alice, known)
    phone.goto(unpaid)
    assert phone.url == fresh
    steps.pay(phone, fresh)


def preview_by_button(page: Page) -> None:
    """Adding a discount line posts the form, and nothing typed is lost."""
    page.get_by_role("button", name="Add discount line").click()
    page.locator("#line-2-name").fill("Returning customer")
    page.locator("#line-2-unit_price").fill("0")
    page.get_by_role("button", name="Add line").click()
    expect(page.locator("#line-0-name")).to_have_value("Serving bowl, sea green 24 cm")
    expect(page.locator("#line-2-name")).to_have_value("Returning customer")
    page.locator('[data-line="3"]').get_by_role("button", name="Remove").click()
    page.locator('[data-line="2"]').get_by_role("button", name="Remove").click()
    expect(page.locator("[data-line]")).to_have_count(2)
    expect(page.get_by_role("complementary", name="Review").locator(".total")).to_contain_text("2,119.00")


def look_first(page: Page) -> None:
    """What was changed since is shown before anything is sent, and the button says the sum."""
    page.locator("#line-0-unit_price").fill("1 749,5")
    page.get_by_role("button", name="Create and send link").click()
    stub = page.get_by_role("complementary", name="Review")
    expect(stub).to_be_focused()
    expect(stub).to_contain_text("Nothing has been sent yet.")
    expect(page.locator("#line-0-notes")).to_contain_text("Unit price: 1,749.50")
    expect(stub.get_by_role("button")).to_have_text("Create and send link for 4,120.00 SEK")
    page.locator("#line-0-unit_price").fill("749,00")


def capture_on_pages(page: Page) -> None:
    """The row opens a page, the page a form, the form the order again."""
    page.goto("/orders/")
    page.get_by_role("link", name="Frida Nyström").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Frida Nyström")
    page.get_by_role("link", name="Capture", exact=True).click()
    page.get_by_role("button", name=f"Capture {TOTAL}").click()
    expect(page.locator(".drawer .bar")).to_contain_text("Captured")
