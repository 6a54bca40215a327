"""The timeline by group and by kind: with keys, in the address, on a phone, on paper and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import Locator, Page, expect

from common import clock
from orders.models import Operation, Order
from payments.gateway import Outcome, Result
from tests import builders
from tests.browser.drawer.conftest import Shop
from tests.browser.drawer.hands import capture, drawer, member, refund, settled
from tests.browsers import audit, overhang, sign_in
from tests.portals import Portal


@pytest.fixture(scope="package")
def moved(shop: Shop) -> Order:
    """Captured twice, refunded once."""
    order = builders.placed_order(shop.acme.store, merchant_reference1="FJB-KINDS")
    alice = member(shop.acme, "alice")
    capture(order, alice, Serving=1)
    capture(order, alice, Linen=1)
    refund(order, alice, Linen=1)
    return order


def _titles(found: Locator) -> list[str]:
    return found.locator(".timeline > li h2").all_inner_texts()


def _look(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert (audit(page), overhang(page)) == ([], 0)


def test_the_timeline_is_read_by_one_kind_with_keys_alone(page: Page, moved: Order) -> None:
    found = drawer(page, moved)
    whole = _titles(found)
    found.get_by_role("link", name="Money", exact=False).press("Enter")
    expect(found.get_by_role("navigation", name="Show one kind")).to_be_visible()
    settled(page)
    found.get_by_role("link", name="Captured 2").press("Enter")
    expect(found.get_by_role("link", name="Captured 2")).to_have_attribute("aria-current", "true")
    expect(found.get_by_role("link", name="Captured 2")).to_be_focused()
    assert _titles(found) == ["Captured", "Captured"]
    assert page.url.endswith(f"/orders/{moved.pk}/?kind=order.captured")
    _look(page)
    page.set_viewport_size({"width": 390, "height": 844})
    _look(page)
    page.reload()
    assert _titles(page.locator(".drawer")) == ["Captured", "Captured"]
    page.get_by_role("link", name="All ").click()  # a message may have been sent meanwhile
    expect(page.locator(".timeline > li").nth(len(whole) - 1)).to_be_visible()


def test_an_answer_that_comes_by_itself_keeps_the_kind_and_the_place(
    page: Page, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(shop.acme.store, merchant_reference1="FJB-ASKED")
    monkeypatch.setattr("orders.operations._send", lambda _operation: Result(Outcome.UNKNOWN))
    asked = capture(order, member(shop.acme, "alice"), Serving=1)
    # the portal's own sweep would settle it, and nothing would be asked again
    Operation.objects.filter(pk=asked.pk).update(next_check_at=clock.now() + timedelta(hours=1))
    page.set_viewport_size({"width": 1440, "height": 400})
    found = drawer(page, order)
    found.get_by_role("link", name="Money", exact=False).press("Enter")
    expect(found.get_by_role("link", name="Money", exact=False)).to_have_attribute("aria-current", "true")
    found.evaluate("found => { found.scrollTop = 60; found.dataset.old = '' }")
    Order.objects.filter(pk=order.pk).update(version=F("version") + 1)
    expect(page.locator("#drawer .drawer:not([data-old])")).to_be_visible()
    expect(found.get_by_role("link", name="Money", exact=False)).to_have_attribute("aria-current", "true")
    assert page.url.endswith("kind=money")
    assert found.evaluate("found => found.scrollTop") == 60


def test_the_print_view_holds_the_chosen_kind_only(page: Page, moved: Order) -> None:
    page.goto(f"/orders/{moved.pk}/?kind=order.refunded")
    page.get_by_role("link", name="Print", exact=True).click()
    expect(page.get_by_role("heading", name="Timeline, only: Refunded")).to_be_visible()
    assert _titles(page.locator(".paper")) == ["Refunded"]


def test_without_scripts_each_kind_is_a_page(
    shop: Shop, portal: Portal, open_page: Callable[..., Page], moved: Order
) -> None:
    page: Page = open_page(base_url=portal.address, scripts=False)
    sign_in(page, portal, shop.acme.people["alice"])
    page.goto(f"/orders/{moved.pk}/")
    page.get_by_role("link", name="Money").click()
    page.get_by_role("link", name="Refunded 1").click()
    assert _titles(page.locator(".drawer")) == ["Refunded"]
