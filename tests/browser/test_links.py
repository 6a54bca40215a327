"""What scripts add to the create form and the history: keys, live sums, one order, rows that stay true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.access import Access
from common import clock
from orders.models import Order
from paylinks.actions.cancel import cancel_link
from payments.actions import connect_sandbox
from tests import builders
from tests.browsers import audit, sign_in
from tests.cast import Company
from tests.portals import Portal


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    company = shared_portal.acme()
    for store in (company.store, company.second_store):
        connect_sandbox(store, clock.now())
    return company


@pytest.fixture
def page(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]) -> Page:
    made: Page = open_page(base_url=shared_portal.address)
    sign_in(made, shared_portal, acme.people["alice"])
    return made


def access(acme: Company) -> Access:
    return acme.access("alice", clock.now())


def head(page: Page, acme: Company, reference: str) -> None:
    page.goto(f"/links/new/?store={acme.store.mid}")
    page.fill("#id_recipient", "frida.nystrom@example.com")
    page.fill("#id_merchant_reference1", reference)


def test_enter_walks_the_grid_adds_a_line_and_never_sends(page: Page, acme: Company):
    head(page, acme, "ENTER")
    page.focus("#line-0-name")
    for text in ("Bowl", "KB-24", "", "2", "749", "", ""):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.locator("#line-1-name")).to_be_focused()
    expect(page.locator("#line-0-total")).to_have_text("1,498.00")
    expect(page.locator("#review")).to_contain_text("1,498.00")
    assert not Order.objects.filter(merchant_reference1="ENTER").exists()


def test_the_summary_of_a_refused_form_goes_with_the_last_mistake(
    shared_portal: Portal, acme: Company, open_page: Callable[..., Page]
):
    page = open_page(base_url=shared_portal.address, tolerate="422")
    sign_in(page, shared_portal, acme.people["alice"])
    head(page, acme, "MENDED")
    page.fill("#id_recipient", "")
    page.fill("#line-0-name", "Bowl")
    page.fill("#line-0-unit_price", "749,0050")
    page.get_by_role("button", name="Create and send link").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 things need another look")
    page.fill("#line-0-unit_price", "200")
    expect(summary).to_contain_text("One thing needs another look")
    expect(page.locator("#line-0-unit_price")).to_be_focused()
    page.fill("#id_recipient", "frida.nystrom@example.com")
    expect(summary).to_have_count(0)
    expect(page).to_have_title("Create order · Counterfoil")


def test_lines_come_and_go_and_the_sums_follow(page: Page, acme: Company):
    head(page, acme, "LINES")
    page.fill("#line-0-name", "Bowl")
    page.fill("#line-0-unit_price", "200")
    page.get_by_role("button", name="Add discount line").click()
    page.keyboard.type("Returning customer")
    page.fill("#line-1-unit_price", "10 %")
    expect(page.locator("#line-1-notes")).to_contain_text("−20.00")
    expect(page.locator("#review .total")).to_contain_text("180.00")
    page.get_by_role("button", name="Remove line 2").click()
    expect(page.locator("#review .total")).to_contain_text("200.00")
    expect(page.locator(".ledger [data-line]")).to_have_count(1)


def test_an_error_appears_when_the_field_is_left_and_goes_when_it_is_fixed(page: Page, acme: Company):
    head(page, acme, "ERROR")
    price = page.locator("#line-0-unit_price")
    price.fill("1.234")
    page.focus("#line-0-name")
    expect(page.locator("#line-0-notes")).to_contain_text("1234")
    expect(price).to_have_attribute("aria-invalid", "true")
    price.fill("1234")
    expect(price).not_to_have_attribute("aria-invalid", "true")


def test_another_store_keeps_what_was_typed(page: Page, acme: Company):
    head(page, acme, "STORE")
    page.fill("#line-0-name", "Bowl")
    page.select_option("#id_store", acme.second_store.mid)
    expect(page).to_have_url(f"/links/new/?store={acme.second_store.mid}")
    expect(page.locator("#line-0-name")).to_have_value("Bowl")
    expect(page.locator("#nav")).to_contain_text(acme.second_store.name)


def test_a_double_click_creates_one_order(page: Page, acme: Company):
    head(page, acme, "ONCE")
    page.fill("#line-0-name", "Bowl")
    page.fill("#line-0-unit_price", "200")
    page.get_by_role("button", name="Create and send link for 200.00 SEK").dblclick()
    page.wait_for_url("**/created/")
    assert Order.objects.filter(merchant_reference1="ONCE").count() == 1


def test_a_press_before_the_sums_have_come_shows_them_first(page: Page, acme: Company):
    head(page, acme, "FIRST")
    page.route("**/links/new/preview/", lambda _route: None)  # never answered
    page.fill("#line-0-name", "Bowl")
    page.fill("#line-0-unit_price", "1 200,5")
    page.get_by_role("button", name="Create and send link").dblclick()
    stub = page.get_by_role("complementary", name="Review")
    expect(stub.get_by_role("status")).to_contain_text("Nothing has been sent yet.")
    expect(stub).to_be_focused()
    assert audit(page) == []
    expect(page.locator("#line-0-notes")).to_contain_text("Unit price: 1,200.50")
    assert not Order.objects.filter(merchant_reference1="FIRST").exists()
    page.get_by_role("button", name="Create and send link for 1,200.50 SEK").click()
    page.wait_for_url("**/created/")
    assert Order.objects.filter(merchant_reference1="FIRST").count() == 1


def test_the_button_stays_the_same_while_it_is_pressed_after_the_last_field(page: Page, acme: Company):
    head(page, acme, "HELD")
    page.fill("#line-0-name", "Bowl")
    page.fill("#line-0-unit_price", "200")
    button = page.get_by_role("button", name="Create and send link for 200.00 SEK")
    button.hover()
    with page.expect_response("**/links/new/preview/"):  # leaving the field asks once more
        page.mouse.down()
    page.wait_for_timeout(100)
    page.mouse.up()
    page.wait_for_url("**/created/")


def test_a_watched_row_changes_by_itself_and_the_focus_stays(page: Page, acme: Company):
    link = builders.sent_link(acme.store, access(acme), merchant_reference1="WATCHED")
    page.goto("/links/?q=WATCHED")
    row = page.locator(f"#link-{link.order_id}")
    expect(row).to_contain_text("Created")
    page.focus(f"#resend-{link.order_id}")
    cancel_link(link.pk, access=None, by=access(acme).actor, at=clock.now())
    page.locator("#pulse").evaluate("pulse => { pulse.dataset.pulse = 1 }")  # seconds; ten take long
    expect(row).to_contain_text("Cancelled")
    expect(page.locator(f"#resend-{link.order_id}")).to_be_focused()
