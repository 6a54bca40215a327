"""The main job, end to end, on a real portal: written, sent, paid, captured, packed; expired, sent again, paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from devkit import hands
from tests.journeys import steps
from tests.journeys.steps import ALICE, FRIDA, MID, TOTAL
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_whole_story(fresh_portal: Portal, open_page: Callable[..., Page]):
    alice = open_page(base_url=fresh_portal.address)
    phone = open_page(width=390, base_url=fresh_portal.address)
    hands.sign_in(alice, ALICE)
    expect(alice.get_by_text("No orders yet")).to_be_visible()
    steps.set_terms(alice)

    write_by_keyboard(alice)
    assert hands.send_order(alice) == steps.invitation(alice)
    steps.pay(phone, steps.invitation(phone))

    capture_beside_the_list(alice)
    slip = steps.the_slip(alice)
    for words in ("FJB-10498", "KB-24-SG", "Serving bowl, sea green 24 cm", "Frida Nyström", "Bondegatan 7"):
        assert words in slip
    assert "749" not in slip

    unpaid = send_another(alice, "FJB-10499")
    hands.move_clock(alice, 48)
    ask_for_a_new_link(phone, unpaid)
    fresh = send_again_with_one_click(alice, unpaid)
    phone.goto(unpaid)
    assert phone.url == fresh
    steps.pay(phone, fresh)
    alice.goto("/orders/")
    expect(alice.locator("tbody tr")).to_have_count(2)


def write_by_keyboard(page: Page) -> None:
    """Two goods and a discount line, by Tab and Enter; the server's sums follow."""
    page.goto(f"/links/new/?store={MID}")
    page.get_by_label("E-mail or phone").fill(FRIDA)
    page.get_by_label("Merchant reference 1").fill("FJB-10498")
    page.locator("#line-0-name").focus()
    for text in ("Serving bowl, sea green 24 cm", "KB-24-SG"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # past the type
    for text in ("2", "749,00", "", "25"):
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        page.keyboard.press("Enter")  # the last one adds a line
    expect(page.locator("#line-1-name")).to_be_focused()
    hands.write_line(page, 1, hands.Item("Linen apron, undyed", "LA-01-UN", "1", "690"))
    page.get_by_role("button", name="Add discount line").click()
    expect(page.locator("#line-2-name")).to_be_focused()
    page.keyboard.type("Returning customer")
    page.locator("#line-2-unit_price").fill("69")
    review = page.get_by_role("complementary", name="Review")
    expect(review.locator(".total")).to_contain_text("2,119.00")
    expect(review).to_contain_text("423.80")  # 25 % of what is inside
    expect(page.locator("#line-0-total")).to_contain_text("1,498.00")


def capture_beside_the_list(page: Page) -> None:
    """The list stays beside the drawer, and its row follows what happens there."""
    page.goto("/orders/")
    row = page.get_by_role("row", name="Frida Nyström")
    expect(row).to_contain_text("Authorized")
    row.get_by_role("link").click()
    drawer = page.get_by_role("region", name="Frida Nyström")
    expect(drawer).to_be_visible()
    expect(row).to_be_visible()
    drawer.get_by_role("link", name="Capture", exact=True).click()
    dialog = page.get_by_role("dialog", name="Capture FJB-10498")
    dialog.get_by_role("button", name=f"Capture {TOTAL}").click()
    expect(dialog).to_have_count(0)
    expect(drawer.locator(".bar")).to_contain_text("Captured")
    expect(drawer.get_by_role("list")).to_contain_text(ALICE)
    expect(row).to_contain_text("Captured")


def send_another(page: Page, reference: str) -> str:
    """One more order to Frida; its link."""
    known = hands.links_to(page, FRIDA)
    hands.write_order(page, MID, reference, FRIDA)
    hands.send_order(page)
    return steps.invitation(page, known)


def ask_for_a_new_link(page: Page, link: str) -> None:
    """After 48 hours the page is closed, and one tap tells the shop."""
    page.goto(link)
    expect(page.get_by_text("Nothing was charged")).to_be_visible()
    expect(page.get_by_role("button", name="Pay")).to_have_count(0)
    page.get_by_role("button", name="Ask for a new link").click()
    expect(page.get_by_text("has been asked for a new link")).to_be_visible()


def send_again_with_one_click(page: Page, old: str) -> str:
    """The history shows the wish; the new link."""
    known = hands.links_to(page, FRIDA)
    page.goto("/links/")
    row = page.get_by_role("row", name="FJB-10499")
    expect(row).to_contain_text("Asked for a new link")
    row.get_by_role("button", name="Send new link").click()
    page.wait_for_load_state()
    expect(page.get_by_role("row", name="FJB-10499").first).not_to_contain_text("Asked for a new link")
    fresh = steps.invitation(page, known)
    assert fresh != old
    return fresh
