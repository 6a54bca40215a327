"""The day's work without a mouse: Tab, Enter, J, K, Escape and /."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devkit import hands
from tests import builders
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FIRST, SECOND, THIRD = "FJB-10503", "FJB-10502", "FJB-10501"  # the newest stands on top


@pytest.fixture(scope="module")
def orders_portal(shared_portal: Portal) -> Portal:
    """Three orders to walk through."""
    acme = shared_portal.acme()
    for reference in (THIRD, SECOND, FIRST):
        builders.placed_order(acme.store, merchant_reference1=reference)
    return shared_portal


@pytest.fixture
def page(orders_portal: Portal, open_page: Callable[..., Page], width: int) -> Page:
    """Alice at her list."""
    page = open_page(width=width, base_url=orders_portal.address)
    hands.sign_in(page, "alice@acme.example")
    page.goto("/orders/")
    page.locator("#count b").wait_for()
    return page


def row(page: Page, reference: str) -> Locator:
    """A row of the list, hidden from screen readers or not."""
    return page.locator("tbody tr", has_text=reference)


def comes(page: Page, reference: str) -> None:
    """The order's own drawer: another order of the customer may be named in it, too."""
    path = row(page, reference).locator("a[data-row]").get_attribute("href")
    expect(page.locator("#drawer .drawer")).to_have_attribute("data-drawer", str(path).partition("?")[0])
    expect(row(page, reference)).to_have_attribute("aria-current", "true")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus stands there."""
    for _press in range(40):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never came there.")


def focus_comes_inside(page: Page) -> None:
    """The drawer takes the focus a moment after it has come."""
    expect(page.locator("#drawer:focus-within")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 900])
def test_orders_are_walked_by_keys_and_the_focus_comes_home(page: Page):
    tab_to(page, row(page, FIRST).get_by_role("link"))
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer .drawer")
    comes(page, FIRST)
    focus_comes_inside(page)
    page.keyboard.press("j")
    comes(page, SECOND)
    page.keyboard.press("j")
    comes(page, THIRD)
    page.keyboard.press("k")
    comes(page, SECOND)
    focus_comes_inside(page)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(row(page, SECOND).locator("a[data-row]")).to_be_focused()
    assert "/orders/?" in page.url or page.url.endswith("/orders/")


@pytest.mark.parametrize("width", [1440])
def test_keys_pressed_faster_than_the_drawer_comes_lose_no_step(page: Page):
    for keys, reference in (("jj", SECOND), ("jkj", THIRD), ("kk", FIRST)):
        for key in keys:
            page.keyboard.press(key)
        comes(page, reference)
        focus_comes_inside(page)


@pytest.mark.parametrize("width", [1440])
def test_beside_the_list_the_drawer_is_no_trap(page: Page):
    row(page, FIRST).get_by_role("link").press("Enter")
    drawer = page.get_by_role("region", name="Frida Nyström")
    expect(drawer).to_contain_text(FIRST)
    assert drawer.get_attribute("aria-modal") is None
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(SECOND.lower())
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(row(page, SECOND)).to_be_visible()


@pytest.mark.parametrize("width", [900])
def test_above_the_list_the_drawer_keeps_the_focus(page: Page):
    row(page, FIRST).get_by_role("link").press("Enter")
    drawer = page.get_by_role("dialog", name="Frida Nyström")
    expect(drawer).to_have_attribute("aria-modal", "true")
    focus_comes_inside(page)
    for _press in range(30):
        page.keyboard.press("Tab")
        # between its last and its first control the browser's own bar has its turn
        at = page.evaluate("document.activeElement.closest('#drawer')?.id ?? document.activeElement.tagName")
        assert at in {"drawer", "BODY"}


@pytest.mark.parametrize("width", [1440])
def test_tabs_and_the_capture_dialog_by_keys(page: Page):
    row(page, THIRD).get_by_role("link").press("Enter")
    drawer = page.get_by_role("region", name="Frida Nyström")
    tab_to(page, drawer.get_by_role("link", name="Timeline"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(drawer.locator(".tabs [aria-current=page]")).to_have_text("Details")
    capture = drawer.get_by_role("link", name="Capture", exact=True)
    capture.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Capture {THIRD}")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(capture).to_be_focused()
    page.keyboard.press("Enter")
    button = dialog.get_by_role("button", name="Capture 2,068.20 SEK")
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(drawer.locator(".bar")).to_contain_text("Captured")
    expect(page.locator("#toasts")).to_contain_text("Captured 2,068.20 SEK")
    focus_comes_inside(page)
