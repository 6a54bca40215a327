"""A walk past every screen: pictures are taken and axe looks wherever it stops."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from playwright.sync_api import Page

from devkit import hands
from devkit.stops import Cast, NewPage, Stop, alone
from devkit.tour_of_orders import changes

FULL_BASKET = (
    *hands.BASKET,
    hands.Item("Home delivery", "SHIP-HOME", "1", "99.00", kind="shipping_fee"),
    hands.Item("Returning customer", "DISC-RET", "1", "198.90", kind="discount"),
)


def tour(new_page: NewPage, cast: Cast) -> Iterator[Stop]:
    """Every screen of staff, then those of customers; the clock is moved at the very end."""
    staff = new_page()
    yield from sign_in(staff, cast)
    yield from orders(staff)
    yield from create(staff, cast)
    yield from changes(staff)
    yield from links(staff)
    yield from settings(staff, cast)
    yield from refusals(staff, new_page(), cast)


def sign_in(page: Page, cast: Cast) -> Iterator[Stop]:
    """From the address to the list."""
    page.goto("/sign-in/")
    yield Stop("sign-in", page)
    page.get_by_label("Work e-mail").fill("alice")
    page.get_by_role("button", name="Send sign-in link").click()
    page.locator(".error").wait_for()
    yield Stop("sign-in-errors", page)
    before = hands.links_to(page, cast.owner)
    page.get_by_label("Work e-mail").fill(cast.owner)
    page.get_by_role("button", name="Send sign-in link").click()
    page.get_by_role("heading", name="Check your inbox", level=1).wait_for()
    yield Stop("sign-in-sent", page)
    page.goto(hands.mailed(page, cast.owner, "/sign-in/", known=before))
    yield Stop("sign-in-link", page)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/orders/**")


def orders(page: Page) -> Iterator[Stop]:
    """The list, and the drawer beside it."""
    page.locator("#count b").wait_for()
    yield Stop("orders", page)
    page.locator("[popovertarget=filters]:visible").first.click()
    yield Stop("orders-filters", page)
    page.goto("/orders/?q=nobody-called-so")
    yield Stop("orders-none", page)
    yield from _order(page)
    open_order(page, "Captured")
    page.locator("#slip").get_by_role("link", name="Packing slip", exact=True).wait_for()
    yield Stop("order-captured", page)
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_role("dialog", name="Refund").wait_for()
    yield Stop("refund", page)


def _order(page: Page) -> Iterator[Stop]:
    open_order(page, "Authorized")
    yield Stop("order", page)
    for tab in ("Details", "Customer"):
        page.get_by_role("link", name=tab, exact=True).click()
        page.locator(f'.drawer .tabs a[aria-current=page]:text-is("{tab}")').wait_for()
        yield Stop(f"order-{tab.lower()}", page)
    capture = page.get_by_role("link", name="Capture", exact=True)
    capture.click()
    page.get_by_role("dialog", name="Capture").wait_for()
    yield Stop("capture", page)
    yield from alone(page, "capture-page", capture.get_attribute("href") or "")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More actions").click()
    yield Stop("order-more", page)
    page.get_by_role("link", name="Cancel order").click()
    page.get_by_role("dialog", name="Cancel order").wait_for()
    yield Stop("order-cancel", page)
    page.keyboard.press("Escape")
    page.goto(page.url)
    yield Stop("order-page", page, is_long=True)


def open_order(page: Page, status: str) -> None:
    """The drawer of the first order of the list with this status."""
    page.goto("/orders/")
    page.locator("#count b").wait_for()
    row = page.locator("tbody tr", has=page.locator(".status", has_text=status)).first
    row.locator("a[data-row]").click()
    page.locator("#drawer #order-title").wait_for()


def create(page: Page, cast: Cast) -> Iterator[Stop]:
    """The form before, during and after."""
    page.goto("/links/new/")
    yield Stop("create-choose", page)
    page.goto(f"/links/new/?store={cast.bare_store}")
    yield Stop("create-gate", page)
    page.goto(f"/links/new/?store={cast.store}")
    yield Stop("create-empty", page, is_long=True)
    hands.write_order(page, cast.store, "FJB-10498", "")
    page.locator("#line-0-unit_price").fill("749,0050")
    page.get_by_role("button", name="Create and send link").click()
    page.locator("[data-error-summary]").wait_for()
    yield Stop("create-errors", page, is_long=True)
    hands.write_order(page, cast.store, "FJB-10498", "frida.nystrom@example.com", FULL_BASKET)
    page.keyboard.press("Tab")
    page.locator("#review", has_text="2,019.10").wait_for()
    yield Stop("create", page, is_long=True)
    hands.send_order(page)
    yield Stop("created", page, is_long=True)


def links(page: Page) -> Iterator[Stop]:
    """The history and what its rows offer."""
    page.goto("/links/")
    yield Stop("history", page)
    for verb in ("address", "resend", "cancel"):
        opens = page.locator(f"a[id^={verb}-]").first
        opens.click()
        page.locator("#ask[open]").wait_for()
        yield Stop(f"link-{verb}", page)
        yield from alone(page, f"link-{verb}-page", opens.get_attribute("href") or "")
        page.keyboard.press("Escape")


def settings(page: Page, cast: Cast) -> Iterator[Stop]:
    """What is set for a store, and for oneself."""
    page.goto("/links/configuration/")
    yield Stop("configuration-choose", page)
    page.goto(f"/links/configuration/?store={cast.store}")
    yield Stop("configuration", page, is_long=True)
    page.get_by_label("Link to your terms").fill("http://shop.example.com")
    page.get_by_role("button", name="Save").click()
    page.locator("[data-error-summary]").wait_for()
    yield Stop("configuration-errors", page, is_long=True)
    page.goto("/account/")
    yield Stop("account", page, is_long=True)
    page.locator("[popovertarget=me]:visible").click()
    yield Stop("account-menu", page)
    page.keyboard.press("Escape")
    page.locator("[popovertarget=stores]:visible").click()
    yield Stop("stores-menu", page)
    page.keyboard.press("Escape")
    page.locator("main").press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    yield Stop("keys", page)


def refusals(page: Page, other: Page, cast: Cast) -> Iterator[Stop]:
    """Not there, not yours, not now."""
    page.goto(f"/orders/{uuid.UUID(int=4)}/")
    yield Stop("not-found", page)
    open_order(page, "Authorized")
    page.goto(page.url.split("?")[0] + "slip/")
    yield Stop("not-now", page)
    hands.sign_in(other, cast.reader)
    other.goto("/links/new/")
    yield Stop("not-allowed", other)
