"""View logs with a mouse: the dialog beside the order, its calls unfolding and copying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from common import clock
from orders.lines import LineInput
from orders.models import LineType, Order
from sandbox.actions.controls import set_behaviour
from tests import builders
from tests.browsers import audit, overhang, sign_in
from tests.cast import Company
from tests.portals import Portal


@pytest.fixture(scope="module")
def company(shared_portal: Portal) -> Company:
    return shared_portal.acme()


def _order(company: Company) -> Order:
    """An order whose first capture was declined."""
    order = builders.placed_order(company.store)
    set_behaviour("decline", at=clock.now(), key_prefix="capture-", times=1)
    builders.capture(order, key="first")
    builders.capture(order, key="second")
    return order


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_capture_opens_its_calls_and_copies_a_body(
    shared_portal: Portal, company: Company, open_page: Callable[..., Page], width: int, dark: bool
) -> None:
    order = _order(company)
    page = open_page(width=width, dark=dark, base_url=shared_portal.address)
    sign_in(page, shared_portal, company.people["alice"])
    page.goto(f"/orders/{order.pk}/")
    entries = page.locator(".timeline > li")
    entries.filter(has_text="Captured").get_by_role("link", name="View logs").click()
    dialog = page.get_by_role("dialog", name="Logs: Captured")
    expect(dialog.get_by_text("200 OK")).to_be_visible()
    expect(dialog.get_by_text('"state": "succeeded"')).to_be_visible()
    assert audit(page) == []
    assert overhang(page) == 0
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy Request").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("{\n")
    assert '"amount": 206820' in copied
    dialog.get_by_role("button", name="Close").click()
    entries.filter(has_text="Capture declined").get_by_role("link", name="View logs").click()
    expect(page.get_by_role("dialog").get_by_text("402 Payment Required")).to_be_visible()


def test_a_long_body_is_shown_whole_in_its_place(
    shared_portal: Portal, company: Company, open_page: Callable[..., Page]
) -> None:
    lines = tuple(LineInput(LineType.PHYSICAL, f"Bowl {number}", 1, 100, 2500) for number in range(100))
    order = builders.captured_order(company.store, lines=lines)
    page = open_page(base_url=shared_portal.address)
    sign_in(page, shared_portal, company.people["alice"])
    page.goto(f"/orders/{order.pk}/")
    page.locator(".timeline > li").filter(has_text="Captured").get_by_role("link", name="View logs").click()
    dialog = page.get_by_role("dialog", name="Logs: Captured")
    expect(dialog).not_to_contain_text("Bowl 99")
    dialog.get_by_role("link", name="Show the whole request").press("Enter")
    whole = dialog.get_by_role("group", name="Request")
    expect(whole).to_contain_text("Bowl 99")
    expect(whole).to_be_focused()
    expect(dialog.get_by_role("button", name="Copy Request")).to_be_visible()
    assert audit(page) == []


def test_without_scripts_it_is_a_page(shared_portal: Portal, company: Company, open_page: Callable[..., Any]) -> None:
    order = _order(company)
    page = open_page(scripts=False, base_url=shared_portal.address)
    sign_in(page, shared_portal, company.people["alice"])
    page.goto(f"/orders/{order.pk}/")
    page.locator(".timeline > li").filter(has_text="Authorized").get_by_role("link", name="View logs").click()
    expect(page.get_by_role("heading", name="Logs: Authorized")).to_be_visible()
    calls = page.locator(".calls > li")
    expect(calls.first).to_contain_text("Begin payment")
    expect(calls.first.get_by_text("f…@…").first).to_be_hidden()
    calls.first.locator("summary").click()
    expect(calls.first.get_by_text("f…@…").first).to_be_visible()
    page.get_by_role("link", name="FJB-10498").first.click()
    expect(page).to_have_url(f"{shared_portal.address}/orders/{order.pk}/")
