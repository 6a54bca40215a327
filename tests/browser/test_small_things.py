"""A badge beside a long reference, a long recipient, typed words in a dialog, a link copied with one click."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from orders.models import Order
from paylinks.models import PaymentLink
from tests import builders
from tests.browsers import overhang, sign_in
from tests.cast import Company
from tests.portals import Portal

LONG = "ORDER-" + "0123456789" * 6
RECIPIENT = "accounts.payable.of.the.northern.branch@purchasing.a-company-with-a-long-name.example.com"
_CUT = """names => names.filter((name) => [name, name.closest("td")].some((box) => box.scrollWidth > box.clientWidth + 1))
  .map((name) => name.textContent)"""
NOTE_WHAT_SAYS_COPIED = """() => {
    window.said = []
    new MutationObserver((changes) => changes.forEach(({target}) => {
        if (target.dataset.copied) window.said.push(target.dataset.copied)
    })).observe(document.body, {attributes: true, attributeFilter: ["data-copied"], subtree: true})
}"""


@pytest.fixture(scope="module")
def acme(shared_portal: Portal) -> Company:
    return shared_portal.acme()


@pytest.fixture
def page(shared_portal: Portal, acme: Company, open_page: Callable[..., Page]) -> Page:
    made: Page = open_page(base_url=shared_portal.address)
    sign_in(made, shared_portal, acme.people["alice"])
    return made


@pytest.fixture(scope="module")
def order(acme: Company) -> Order:
    return builders.placed_order(acme.store, merchant_reference1=LONG)


def test_a_test_order_says_so_however_long_its_reference(page: Page, order: Order):
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/orders/", "/links/"):
            page.goto(path)
            cell = page.locator("tbody td.ref", has_text=LONG)
            badge, room = cell.locator(".test").bounding_box(), cell.bounding_box()
            assert badge
            assert room
            assert badge["x"] + badge["width"] <= room["x"] + room["width"]
            assert badge["y"] + badge["height"] <= room["y"] + room["height"] + 1
        page.goto(f"/orders/{order.pk}/cancel/")
        assert overhang(page) <= 0


def test_whom_a_link_went_to_is_read_whole(page: Page, acme: Company):
    for recipient in (RECIPIENT, "frida.nystrom@example.com"):
        builders.system_link(acme.store, recipient_email=recipient)
    page.goto("/links/")
    for width in (1440, 1100, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(".history .name").evaluate_all(_CUT) == []
        assert overhang(page) <= 0


def opened(page: Page, order: Order, verb: str) -> Locator:
    page.goto("/orders/")
    page.locator(f"#order-{order.pk} a[data-row]").click()
    page.locator("#drawer").get_by_role("link", name=verb, exact=True).click()
    dialog = page.get_by_role("dialog", name=verb)
    expect(dialog).to_be_visible()
    return dialog


def test_a_dialog_nobody_typed_in_closes_at_once(page: Page, order: Order):
    dialog = opened(page, order, "Capture")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_dialog_asks_before_it_throws_away_what_was_typed(page: Page, order: Order):
    dialog = opened(page, order, "Capture")
    reference = dialog.get_by_label("Capture reference")
    reference.fill("SETTLE-7")
    question = page.get_by_role("dialog", name="Leave without saving?")
    page.keyboard.press("Escape")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Keep editing").click()
    expect(question).not_to_be_visible()
    expect(reference).to_have_value("SETTLE-7")
    dialog.get_by_role("button", name="Close").click()
    question.get_by_role("button", name="Leave").click()
    expect(dialog).to_have_count(0)
    page.reload()  # nothing is unsaved any more, so the browser does not ask either
    expect(page.locator("#drawer, main").first).to_be_visible()


def beside(dialog: Locator) -> tuple[float, float]:
    """A place on the backdrop, left of the dialog."""
    box = dialog.bounding_box()
    assert box
    return box["x"] - 40, box["y"] + box["height"] / 2


def test_a_press_beside_a_dialog_closes_it(page: Page, order: Order):
    dialog = opened(page, order, "Capture")
    box = dialog.bounding_box()
    assert box
    page.mouse.click(box["x"] + 3, box["y"] + 3)  # its own edge
    expect(dialog).to_be_visible()
    page.mouse.click(*beside(dialog))
    expect(dialog).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.mouse.click(*beside(keys))
    expect(keys).not_to_be_visible()


def test_a_press_beside_a_dialog_asks_before_it_throws_away_what_was_typed(page: Page, order: Order):
    dialog = opened(page, order, "Capture")
    reference = dialog.get_by_label("Capture reference")
    reference.fill("SETTLE-8")
    question = page.get_by_role("dialog", name="Leave without saving?")
    page.mouse.click(*beside(dialog))
    expect(question).to_be_visible()
    page.mouse.click(*beside(question))  # as Keep editing
    expect(question).not_to_be_visible()
    expect(reference).to_have_value("SETTLE-8")
    page.mouse.click(*beside(dialog))
    question.get_by_role("button", name="Leave").click()
    expect(dialog).to_have_count(0)


def test_a_press_that_begins_or_ends_inside_a_dialog_closes_nothing(page: Page, order: Order):
    dialog = opened(page, order, "Capture")
    inside = dialog.get_by_role("heading").first.bounding_box()
    assert inside
    within = inside["x"] + 5, inside["y"] + 5
    for begin, end in ((within, beside(dialog)), (beside(dialog), within)):
        page.mouse.move(*begin)
        page.mouse.down()
        page.mouse.move(*end)
        page.mouse.up()
        expect(dialog).to_be_visible()


@pytest.fixture
def link(acme: Company) -> PaymentLink:
    return builders.system_link(acme.store, merchant_reference1="COPY-1")


def test_a_link_is_copied_from_its_row_with_one_click(page: Page, link: PaymentLink):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/links/")
    page.evaluate(NOTE_WHAT_SAYS_COPIED)  # it says so for a second and a half only
    page.locator(f"#address-{link.order_id}").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("window.said") == ["Copied"]
    expect(page.get_by_role("dialog").get_by_role("button", name="Copy link")).to_be_focused()
    assert re.search(r"/pay/[^/]+/$", page.evaluate("navigator.clipboard.readText()"))


def test_a_browser_that_does_not_let_it_shows_the_address(page: Page, link: PaymentLink):
    page.context.clear_permissions()
    page.goto("/links/")
    page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('no')); }")
    page.locator(f"#address-{link.order_id}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Address")).to_have_value(re.compile(r"/pay/[^/]+/$"))
