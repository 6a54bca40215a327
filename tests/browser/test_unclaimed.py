"""Money no order expects, from the notice on Orders to the last button; at both widths and in both schemes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from common import clock
from orders.models import UnclaimedPayment
from sandbox.actions import by_hand
from sandbox.models import Movement
from tests.api import strangers
from tests.browsers import audit, overhang, sign_in
from tests.cast import Company
from tests.faults.aftermath import until
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    return shared_portal.acme()


def _looks_right(page: Page) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert audit(page) == []
        assert overhang(page) <= 0
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def _came_back(portal: Portal, acme: Company) -> UnclaimedPayment:
    """Paid past the shop, heard and refunded by the portal itself; then the bank sends it back."""
    session = strangers.opened(
        strangers.account_of(acme.store),
        method="swish",
        webhook_url=f"{portal.address}/webhooks/sandbox/{strangers.account_of(acme.store).pk}/",
    )
    strangers.decide(session)
    rows = UnclaimedPayment.objects.filter(session_reference=str(session.pk))
    assert until(lambda: rows.filter(closed_at__isnull=False).exists())
    by_hand.fail_refund(Movement.objects.get(payment__session=session, kind="refund").pk, session.pk, clock.now())
    assert until(lambda: rows.filter(came_back_at__isnull=False).exists())
    return rows.get()


def test_a_refund_that_came_back_is_given_back_again_and_noted(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page]
) -> None:
    from playwright.sync_api import expect

    payment = _came_back(shared_portal, acme)
    page = open_page(base_url=shared_portal.address)
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto("/orders/")
    expect(page.get_by_text("1 payment that no order expects")).to_be_visible()
    _looks_right(page)
    page.get_by_role("link", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Money no order expects", level=1)).to_be_visible()
    part = page.locator(f"#payment-{payment.pk}")
    expect(part.get_by_role("heading", name="500.00 SEK")).to_be_visible()
    expect(part.get_by_role("button", name="Settled another way")).to_be_visible()
    _looks_right(page)
    part.get_by_role("button", name="Give back 500.00 SEK again").click()
    expect(part.get_by_text("Given back", exact=True)).to_be_visible()
    part.get_by_role("link", name="View logs").click()
    expect(page.get_by_role("dialog").get_by_text("Refund", exact=True).first).to_be_visible()
    page.keyboard.press("Escape")
    part.get_by_role("button", name="Noted").click()
    expect(part.get_by_text("alice@acme.example").first).to_be_visible()
    page.goto("/orders/")
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    expect(page.get_by_text("that no order expects")).to_have_count(0)
