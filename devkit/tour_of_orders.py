"""The middle of the walk: everything that is done to an order, and everything that is read about it."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from devkit.stops import Stop, alone, half_of_a_call


def changes(page: Page) -> Iterator[Stop]:
    """Each dialog of the drawer, and the pages that lie behind it."""
    yield from _ending(page)
    yield from _editing(page)
    yield from _reading(page)
    yield from _repeated(page)
    yield from _amending(page)


def open_row(page: Page, query: str, words: str = "") -> None:
    """The drawer of the first order that this list has, with these words in its row."""
    page.goto(f"/orders/{query}")
    page.locator("#count b").wait_for()
    page.locator("tbody tr", has_text=words).first.locator("a[data-row]").click()
    page.locator("#drawer #order-title").wait_for()


def _opened(page: Page, link: Locator) -> str:
    """The dialog behind a link is open; the link's address, for its twin without scripts."""
    address = link.first.get_attribute("href") or ""
    link.first.click()
    page.locator("#ask[open]").wait_for()
    return address


def _more(page: Page, words: str) -> str:
    page.get_by_role("button", name="More actions").click()
    return _opened(page, page.locator("#more-actions").get_by_role("link", name=words))


def _tab(page: Page, name: str) -> None:
    page.locator(".drawer .tabs").get_by_role("link", name=name, exact=True).click()
    page.locator(f'.drawer .tabs a[aria-current=page]:text-is("{name}")').wait_for()


def _ending(page: Page) -> Iterator[Stop]:
    open_row(page, "?status=part_captured")
    yield Stop("order-part-captured", page)
    address = _more(page, "Release remaining")
    yield Stop("release", page)
    yield from alone(page, "release-page", address)
    page.keyboard.press("Escape")
    _more(page, "Cancel order")
    yield Stop("unwind", page)
    open_row(page, "?status=authorized", "Klarna")
    address = _more(page, "Extend authorization")
    yield Stop("extend", page)
    yield from alone(page, "extend-page", address)


def _editing(page: Page) -> Iterator[Stop]:
    open_row(page, "?status=authorized", "Klarna")
    _tab(page, "Details")
    page.locator("#payments").scroll_into_view_if_needed()
    yield Stop("order-payments", page)
    page.get_by_role("link", name="Edit order").click()
    page.locator("form.edit [name$=quantity]").first.fill("3")
    page.keyboard.press("Tab")
    page.locator("form.edit .savebar", has_text="→").wait_for()
    yield Stop("edit-lines", page)
    page.get_by_role("link", name="Discard").click()
    page.locator("form.edit").wait_for(state="detached")
    open_row(page, "?status=authorized", "Klarna")
    _tab(page, "Customer")
    address = _opened(page, page.get_by_role("link", name="Edit customer"))
    yield Stop("edit-customer", page)
    yield from alone(page, "edit-customer-page", address)
    page.locator("#ask input[type=text]:visible").first.fill("Somebody else")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Leave without saving?").wait_for()
    yield Stop("unsaved", page)


def _reading(page: Page) -> Iterator[Stop]:
    open_row(page, "?status=captured")
    address = _opened(page, page.get_by_role("link", name="View logs"))
    yield Stop("logs", page)
    yield from alone(page, "logs-page", address)
    yield from alone(page, "log-page", half_of_a_call(page, address))
    page.keyboard.press("Escape")
    _tab(page, "Customer")
    address = _opened(page, page.get_by_role("link", name="Show "))
    yield Stop("message", page)
    yield from alone(page, "message-page", address)
    page.keyboard.press("Escape")
    _tab(page, "Timeline")
    page.get_by_role("button", name="More actions").click()
    as_customer = page.locator("#more-actions").get_by_role("link", name="View as customer").get_attribute("href")
    page.keyboard.press("Escape")
    page.locator(".drawer").get_by_role("link", name="Print", exact=True).click()
    page.locator(".paper").wait_for()
    yield Stop("print", page, is_long=True)
    page.goto(as_customer or "")
    yield Stop("as-customer", page, is_long=True)


def _repeated(page: Page) -> Iterator[Stop]:
    open_row(page, "?mark=repeated")
    yield Stop("order-repeated", page)
    page.get_by_role("link", name="Compare").first.click()
    page.locator(".compare").first.wait_for()
    yield Stop("repeats", page, is_long=True)
    _opened(page, page.get_by_role("link", name="this order"))
    yield Stop("repeat-remedy", page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Not a repeat").first.click()
    page.get_by_role("button", name="Undo").wait_for()
    yield Stop("repeats-dismissed", page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("status").get_by_text("marked again").wait_for()


def _amending(page: Page) -> Iterator[Stop]:
    page.goto("/links/")
    page.get_by_role("link", name="Amend and resend").first.click()
    page.locator("#line-0-quantity").wait_for()
    page.locator("#line-0-quantity").fill("3")
    page.keyboard.press("Tab")
    page.locator("#review").get_by_text("before").first.wait_for()
    yield Stop("amend", page, is_long=True)
