"""The second half of the walk: what customers see, and the sandbox behind it."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from devkit import hands
from devkit.stops import Cast, NewPage, Stop, alone, half_of_a_call
from devkit.tour_of_orders import open_row

WRONG, RIGHT = "linnea.akeson@example.com", "linnea.akesson@example.com"


def customers(new_page: NewPage, cast: Cast) -> Iterator[Stop]:
    """A link in all its states; ends with a clock moved by 48 hours."""
    staff, customer = new_page(), new_page()
    hands.sign_in(staff, cast.owner)
    yield from paying(customer, hands.make_link(staff, cast.store, "FJB-10501"))
    yield from called_off(staff, customer)
    yield from reviewed(staff, customer, hands.make_link(staff, cast.store, "FJB-10502"))
    yield from closed(staff, customer, cast)
    yield from sandbox(customer)
    yield from unclaimed(staff, customer)
    yield from expired(staff, customer, hands.make_link(staff, cast.store, "FJB-10505"))


def paying(page: Page, link: str) -> Iterator[Stop]:
    """From the form by way of every mishap to the receipt."""
    page.goto(link)
    yield Stop("pay", page, is_long=True)
    page.get_by_role("button", name="Pay ").click()
    page.locator("[data-error-summary]").wait_for()
    yield Stop("pay-errors", page, is_long=True)
    page.get_by_label("The same address").uncheck()
    yield Stop("pay-billing", page, is_long=True)
    page.get_by_label("The same address").check()
    hands.fill_in(page)
    hands.press_pay(page)
    yield Stop("checkout", page, is_long=True)
    page.goto(link)
    yield Stop("pay-running", page)
    page.get_by_role("button", name="Start again").click()
    hands.pay(page, "decline")
    yield Stop("pay-declined", page, is_long=True)
    hands.pay(page, "approve")
    page.get_by_role("button", name="Save receipt").wait_for()
    yield Stop("pay-paid", page)


def called_off(staff: Page, page: Page) -> Iterator[Stop]:
    """The shop cancels what was just paid for; what is over cannot be amended."""
    open_row(staff, "?q=FJB-10501")
    order_id = staff.url.split("?")[0].split("/")[-2]
    staff.goto(f"/links/{order_id}/amend/")
    yield Stop("amend-closed", staff)
    staff.goto(f"/orders/{order_id}/cancel/")
    yield Stop("order-cancel-page", staff, is_long=True)
    staff.get_by_role("button", name="Cancel order").click()
    staff.locator("#order-title").wait_for()
    page.reload()
    page.get_by_role("heading", name="This order was cancelled", level=1).wait_for()
    yield Stop("pay-voided", page)


def reviewed(staff: Page, page: Page, link: str) -> Iterator[Stop]:
    """Looked at by the gateway, and refused."""
    page.goto(link)
    hands.pay(page, "review")
    yield Stop("pay-review", page)
    staff.goto("/sandbox/")
    staff.get_by_role("button", name="Reject").first.click()
    staff.wait_for_load_state()
    hands.look_until(page, link, lambda: page.get_by_text("being checked").count() == 0)
    yield Stop("pay-refused", page)


def closed(staff: Page, page: Page, cast: Cast) -> Iterator[Stop]:
    """Links that lead nowhere: cancelled, sent to somebody else, never made."""
    link = hands.make_link(staff, cast.store, "FJB-10503")
    staff.goto("/links/")
    staff.locator("a[id^=cancel-]").first.click()
    staff.get_by_role("button", name="Cancel link", exact=True).click()
    staff.wait_for_url("**/links/**")
    staff.get_by_role("status").get_by_text("is cancelled").wait_for()
    page.goto(link)
    yield Stop("pay-cancelled", page)
    link = hands.make_link(staff, cast.store, "FJB-10504", WRONG)
    staff.goto("/links/")
    staff.locator("a[id^=resend-]").first.click()
    ask = staff.get_by_role("dialog")
    ask.get_by_role("textbox").fill(RIGHT)
    ask.get_by_role("button", name="Send new link").click()
    staff.get_by_role("status").get_by_text("is on its way").wait_for()
    page.goto(link)
    yield Stop("pay-replaced", page)
    staff.goto(staff.locator("tr.unfolds a").first.get_attribute("href") or "")
    yield Stop("earlier", staff)
    page.goto("/pay/nothing-here/")
    yield Stop("pay-unknown", page)


def sandbox(page: Page) -> Iterator[Stop]:
    """The tester's pages."""
    page.goto("/sandbox/")
    yield Stop("desk", page, is_long=True)
    page.goto("/sandbox/outbox/")
    yield Stop("outbox", page)


def unclaimed(staff: Page, page: Page) -> Iterator[Stop]:
    """Money came that no link began: it goes back, and staff read what became of it."""
    page.goto("/sandbox/")
    page.get_by_role("button", name="Pay past the shop").first.click()
    page.wait_for_url("**/sandbox/checkout/**")
    hands.decide(page, "approve")
    logs = staff.locator("a[href*='/unclaimed/'][href*='/logs/']").first
    hands.look_until(staff, "/orders/unclaimed/", lambda: logs.count() > 0)
    yield Stop("unclaimed", staff, is_long=True)
    address = logs.get_attribute("href") or ""
    logs.click()
    staff.locator("#ask[open]").wait_for()
    yield Stop("unclaimed-logs", staff, is_like_another=True)
    yield from alone(staff, "unclaimed-logs-page", address)
    yield from alone(staff, "unclaimed-log-page", half_of_a_call(staff, address))


def expired(staff: Page, page: Page, link: str) -> Iterator[Stop]:
    """Nobody paid for 48 hours; the customer asks, and staff see it."""
    hands.move_clock(page, 48)
    page.goto(link)
    yield Stop("pay-expired", page)
    page.get_by_role("button", name="Ask for a new link").click()
    page.get_by_text("has been asked").wait_for()
    yield Stop("pay-asked", page)
    staff.goto("/links/")
    yield Stop("history-asked", staff)
