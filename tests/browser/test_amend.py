"""Amend and resend in a browser: changes said while typing, one version, and a customer who learns of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from common import clock
from orders.models import Order
from paylinks.models import PaymentLink
from paylinks.tokens import url_of
from payments.actions import connect_sandbox
from tests import builders
from tests.browsers import audit, sign_in
from tests.cast import Company
from tests.portals import Portal


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    company = shared_portal.acme()
    connect_sandbox(company.store, clock.now())
    return company


@pytest.fixture
def link(acme: Company, request: pytest.FixtureRequest) -> PaymentLink:
    return builders.sent_link(
        acme.store, acme.access("alice", clock.now()), merchant_reference1=f"FJB-{len(request.node.name)}"
    )


@pytest.fixture
def page(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]) -> Page:
    made: Page = open_page(base_url=shared_portal.address)
    sign_in(made, shared_portal, acme.people["alice"])
    return made


def _path(link: PaymentLink) -> str:
    return url_of(link.pk).partition("://")[2].partition("/")[2].join(("/", ""))


def test_from_the_row_to_the_customer(
    page: Page, link: PaymentLink, open_page: Callable[..., Page], shared_portal: Portal
):
    page.goto("/links/")
    page.get_by_role("link", name=f"Amend and resend {link.order.merchant_reference1}").click()
    expect(page.locator("#review")).to_contain_text("Nothing is changed yet.")
    page.fill("#line-0-quantity", "1")
    expect(page.locator("#review")).to_contain_text("1 × 749.00, before 2 × 749.00")
    expect(page.locator("#review")).to_contain_text("−749.00")
    page.get_by_role("button", name="Remove line 3").click()
    expect(page.locator("#review")).to_contain_text("Removed: Home delivery, 1 × 99.00")
    assert audit(page) == []
    page.get_by_role("button", name="Save and send new link for 1,220.20 SEK").dblclick()
    page.wait_for_url("**/created/")
    order = Order.objects.get(pk=link.order_id)
    assert (order.revision, order.amount, PaymentLink.objects.filter(order=order).count()) == (2, 122020, 2)
    customer = open_page(base_url=shared_portal.address, width=390)
    customer.goto(_path(link))
    expect(customer.get_by_role("status").first).to_contain_text("New total 1,220.20 SEK, before 2,068.20 SEK")
    expect(customer.get_by_role("button", name="Pay 1,220.20 SEK")).to_be_visible()
    assert audit(customer) == []


def test_from_the_orders_menu(page: Page, link: PaymentLink):
    page.goto(f"/orders/{link.order_id}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Amend and resend").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Amend order {link.order.merchant_reference1}")


def test_without_scripts(link: PaymentLink, acme: Company, open_page: Callable[..., Page], shared_portal: Portal):
    page = open_page(base_url=shared_portal.address, scripts=False, tolerate="422")
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto(f"/links/{link.order_id}/amend/")
    page.fill("#line-0-quantity", "1")
    page.get_by_role("button", name="Save and send new link for 2,068.20 SEK").click()
    expect(page.get_by_role("complementary", name="Review")).to_contain_text("Nothing has been sent yet.")
    page.get_by_role("button", name="Save and send new link for 1,319.20 SEK").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Link created")
    assert Order.objects.get(pk=link.order_id).revision == 2
