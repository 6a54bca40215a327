"""More actions by keyboard and without scripts: cancel, release, extend, duplicate."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.models import Line, Order
from orders.selection import Selection
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
def orders(acme: Company) -> tuple[Order, Order]:
    """An authorized Klarna order, and a card order of which the apron was captured."""
    whole = builders.placed_order(acme.store, method="klarna", merchant_reference1="FJB-10491")
    half = builders.placed_order(acme.store, merchant_reference1="FJB-10482")
    apron = Line.objects.get(order=half, name__startswith="Linen")
    wish = Selection({apron.pk: 1})
    capture_order(half.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now(), selection=wish)
    return whole, half


@pytest.fixture
def page(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]) -> Page:
    made: Page = open_page(base_url=shared_portal.address)
    sign_in(made, shared_portal, acme.people["alice"])
    return made


def _open(page: Page, order: Order) -> None:
    page.goto("/orders/")
    page.locator(f"#order-{order.pk} a[data-row]").click()
    page.locator("#drawer #order-title").wait_for()


def _choose(page: Page, words: str) -> None:
    """By keyboard: open the menu, walk to the entry, press it."""
    page.get_by_role("button", name="More actions").focus()
    page.keyboard.press("Enter")
    page.locator("#more-actions:popover-open").wait_for()
    for _step in range(6):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    page.locator("#ask[open]").wait_for()


def _looks_right(page: Page, name: str) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert audit(page) == [], (name, width, scheme)
        assert overhang(page) <= 0, (name, width)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_the_menu_and_every_dialog_are_reached_by_keyboard(page: Page, orders: tuple[Order, Order]) -> None:
    whole, half = orders
    _open(page, half)
    page.get_by_role("button", name="More actions").click()
    page.get_by_text("Card does not let an authorization be extended.").wait_for()
    _looks_right(page, "menu")
    page.keyboard.press("Escape")
    _choose(page, "Release remaining")
    _looks_right(page, "release")
    page.keyboard.press("Escape")
    _choose(page, "Cancel order")
    _looks_right(page, "unwind")
    page.get_by_role("button", name="Cancel order").click()
    page.get_by_text("is ended: 1,444.21 SEK released, 623.99 SEK refunded.").wait_for()
    assert "all of it refunded" in page.locator("#order-sentence").inner_text()
    _open(page, whole)
    _choose(page, "Cancel order")
    _looks_right(page, "cancel")
    page.get_by_role("button", name="Keep order").click()
    page.locator("#ask").wait_for(state="detached")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Duplicate order").click()
    page.get_by_label("Merchant reference 1").wait_for()
    assert page.get_by_label("Merchant reference 1").input_value() == "FJB-10491"


def test_without_scripts_every_step_is_a_page(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page], orders: tuple[Order, Order]
) -> None:
    whole, half = orders
    page = open_page(base_url=shared_portal.address, scripts=False)
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto(f"/orders/{half.pk}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Release remaining 1,444.21").click()
    page.get_by_role("button", name="Release 1,444.21 SEK").click()
    page.get_by_text("1,444.21 SEK released.").first.wait_for()
    page.goto(f"/orders/{whole.pk}/cancel/")
    page.get_by_label("Reason").fill("Out of stock")
    page.get_by_role("button", name="Cancel order").click()
    page.get_by_text("is cancelled: 2,068.20 SEK released, nothing was charged.").wait_for()
    page.get_by_text("Out of stock").wait_for()
