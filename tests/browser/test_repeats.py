"""One purchase ordered twice, from the mark in the list to the order that is ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from orders.models import Order
from tests import builders
from tests.browsers import sign_in
from tests.cast import Company
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    return shared_portal.acme()


@pytest.fixture
def twins(acme: Company, request: pytest.FixtureRequest) -> tuple[Order, Order]:
    """The same order twice; each test with a customer of its own."""
    customer = f"{request.node.name[5:30]}@example.com"
    first, second = (builders.system_link(acme.store, merchant_reference1=f"FJB-{number}") for number in (1, 2))
    return builders.paid(first, email=customer), builders.paid(second, email=customer)


def _page(shared_portal: Portal, acme: Company, open_page: Callable[..., Page], **look: bool) -> Page:
    page = open_page(base_url=shared_portal.address, **look)
    sign_in(page, shared_portal, acme.people["alice"])
    return page


def test_the_one_too_many_is_ended_from_the_comparison(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page], twins: tuple[Order, Order]
) -> None:
    first, second = twins
    page = _page(shared_portal, acme, open_page)
    page.goto("/orders/?mark=repeated")
    page.locator(f"#order-{second.pk} a[data-row]").click()
    page.get_by_role("link", name="Compare").first.click()
    one = page.get_by_role("article", name="FJB-2").first
    one.get_by_role("link", name="Cancel this order").click()
    dialog = page.get_by_role("dialog", name="Cancel order FJB-2?")
    dialog.get_by_role("button", name="Cancel order").click()
    expect(page.get_by_role("status").first).to_contain_text("FJB-2 is cancelled")
    for order in (first, second):
        order.refresh_from_db()
    assert (first.status, second.status) == ("authorized", "cancelled")
    page.goto("/orders/?mark=repeated")
    expect(page.locator(f"#order-{first.pk}")).to_have_count(0)


def test_without_scripts_a_pair_is_dismissed_and_taken_back(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page], twins: tuple[Order, Order]
) -> None:
    page = _page(shared_portal, acme, open_page, scripts=False)
    page.goto(f"/orders/{twins[1].pk}/")
    page.get_by_role("link", name="Compare").first.click()
    page.get_by_role("button", name="Not a repeat").first.click()
    expect(page.get_by_text("Not a repeat, said alice@acme.example")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Not a repeat").first).to_be_visible()
    page.goto(f"/orders/{twins[1].pk}/")
    page.get_by_role("link", name="Print").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order FJB-2")
