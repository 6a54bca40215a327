"""The payments section: where the money stands, what was tried, sync, and capturing a value."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Store
from common import clock
from orders.models import Order
from paylinks.models import Attempt
from sandbox.actions.by_hand import move_by_hand
from tests import builders
from tests.browser.drawer.hands import drawer, section
from tests.orders.stages import order_at


def _payments(page: Page, order: Order) -> Locator:
    return section(drawer(page, order, "Details"), "Payments")


def _tries(payments: Locator) -> Locator:
    """The transaction history, newest first."""
    return payments.locator(".timeline > li")


def _capture(page: Page, payments: Locator, value: str, button: str) -> None:
    """Type a value, look at what it comes to, confirm it."""
    field = payments.get_by_label("Capture value, SEK")
    if value:
        field.fill(value)
    payments.get_by_role("button", name="Capture transaction").click()
    page.locator("#ask").get_by_role("button", name=button).click()
    expect(page.locator("#ask")).to_have_count(0)


@pytest.mark.parametrize(
    ("stage", "status"), [("authorized", "Authorized"), ("part_captured", "Partly captured"), ("captured", "Captured")]
)
def test_payments_show_the_current_status(reader: Page, store: Store, stage: str, status: str) -> None:
    payments = _payments(reader, order_at(stage, store))
    expect(payments.get_by_role("heading", name="Current status")).to_be_visible()
    expect(payments.locator("dl.facts > div").first.locator("dd")).to_contain_text(status)


def test_payments_show_the_transaction_history(page: Page, store: Store) -> None:
    tries = _tries(_payments(page, order_at("refunded", store)))
    expect(tries.locator("h4")).to_have_text(["Refund", "Capture", "Authorization"])
    expect(tries.first).to_contain_text("2,068.20")
    expect(tries.first).to_contain_text("Succeeded")


def test_sync_payments_updates_the_history(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    attempt = Attempt.objects.get(order=order)
    move_by_hand(attempt.session_reference, "capture", amount=50000, at=clock.now())  # type: ignore[arg-type]
    payments = _payments(page, order)
    expect(_tries(payments).locator("h4")).to_have_text(["Authorization"])
    payments.get_by_role("button", name="Sync payments").click()
    expect(page.locator("#toasts")).to_contain_text("Booked from the gateway: Capture 500.00 SEK.")
    expect(_tries(payments).locator("h4")).to_have_text(["Capture", "Authorization"])
    expect(_tries(payments).first).to_contain_text("500.00")


def test_a_payment_is_captured_in_full_under_the_current_status(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    payments = _payments(page, order)
    expect(payments.get_by_label("Capture value, SEK")).to_have_value("2,068.20")
    _capture(page, payments, "", "Capture 2,068.20 SEK")
    order.refresh_from_db()
    assert (order.status, order.captured_amount) == ("captured", 206820)


def test_a_payment_is_captured_in_part_by_its_value(page: Page, store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    _capture(page, _payments(page, order), "500", "Capture 500.00 SEK")
    order.refresh_from_db()
    assert (order.status, order.captured_amount) == ("part_captured", 50000)


def test_after_a_capture_the_history_shows_the_result(page: Page, store: Store) -> None:
    payments = _payments(page, builders.placed_order(store, method="klarna"))
    _capture(page, payments, "123.45", "Capture 123.45 SEK")
    newest = _tries(payments).first
    expect(newest.locator("h4")).to_have_text("Capture")
    expect(newest).to_contain_text("123.45")
    expect(newest).to_contain_text("Succeeded")
    expect(newest).to_contain_text("alice@acme.example")
