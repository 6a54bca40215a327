"""What people do in a browser: the screenshots and the browser tests share these hands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from playwright.sync_api import Page

_PATIENCE = 90  # seconds for what goes through the worker, as messages do: it may have to start first


@dataclass(frozen=True, slots=True)
class Item:
    """A line as somebody types it."""

    name: str
    reference: str
    quantity: str
    unit_price: str
    discount: str = ""
    kind: str = "physical"


BOWL = Item("Serving bowl, sea green 24 cm", "KB-24-SG", "2", "749,00")
APRON = Item("Linen apron, undyed", "LA-01-UN", "1", "690", "10 %")
BASKET = (BOWL, APRON)
DELIVER_TO = {
    "First name": "Frida",
    "Last name": "Nyström",
    "Street and number": "Bondegatan 7",
    "Postal code": "116 23",
    "City": "Stockholm",
}


def sign_in(page: Page, email: str) -> None:
    """Ask for the link, read it in the outbox, open it and press its button."""
    page.goto("/sign-in/")
    page.get_by_label("Work e-mail").fill(email)
    before = links_to(page, email)
    page.get_by_role("button", name="Send sign-in link").click()
    page.goto(mailed(page, email, "/sign-in/", known=before))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/orders/**")


def links_to(page: Page, recipient: str) -> list[str]:
    """Every link in this recipient's messages, newest first."""
    # a connection kept open may be closed by the server just when the next request is sent
    answer = page.request.get("/sandbox/outbox.json", params={"to": recipient}, max_retries=5)
    return [link for item in answer.json()["items"] for link in item["links"]]


def mailed(page: Page, recipient: str, part: str, *, known: Iterable[str] = ()) -> str:
    """The newest link with this part, once it has arrived; `known` ones do not count."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        for link in links_to(page, recipient):
            if part in link and link not in known:
                return link
        time.sleep(0.2)
    raise AssertionError(f"No message to {recipient} with {part} arrived.")


def look_until(page: Page, address: str, is_there: Callable[[], bool]) -> None:
    """Open the page again and again until the worker has caught up."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        page.goto(address)
        if is_there():
            return
        time.sleep(0.25)
    raise AssertionError(f"{address} never shows it.")


def write_order(page: Page, mid: str, reference: str, recipient: str, items: Iterable[Item] = BASKET) -> None:
    """Fill in the create form of a store, without sending it."""
    page.goto(f"/links/new/?store={mid}")
    page.get_by_label("E-mail or phone").fill(recipient)
    page.get_by_label("Merchant reference 1").fill(reference)
    for number, item in enumerate(items):
        if number:
            page.get_by_role("button", name="Add discount line" if item.kind == "discount" else "Add line").click()
        write_line(page, number, item)


def write_line(page: Page, number: int, item: Item) -> None:
    """Fill in one row of the grid."""
    for cell in ("name", "reference", "quantity", "unit_price", "discount"):
        page.locator(f"#line-{number}-{cell}").fill(getattr(item, cell))
    page.locator(f"#line-{number}-type").select_option(item.kind)


def send_order(page: Page) -> str:
    """Create the order and its link, looking first at what was not shown yet; the customer's address of it."""
    button = page.get_by_role("button", name="Create and send link")
    shown = page.get_by_text("Nothing has been sent yet")
    button.click()
    page.get_by_label("Address").or_(shown).wait_for()
    if shown.is_visible():
        button.click()
    page.wait_for_url("**/created/**")
    return page.get_by_label("Address").input_value()


def fill_in(page: Page, **changes: str) -> None:
    """Type the customer's part of the payment page, and accept the terms."""
    delivery = page.locator("form[method=post]")
    for label, text in {**DELIVER_TO, **changes}.items():
        delivery.get_by_label(label).first.fill(text)
    page.get_by_label("I accept the terms").check()


def press_pay(page: Page) -> None:
    """Press the button with the sum; the hosted page follows."""
    page.get_by_role("button", name="Pay ").click()
    page.wait_for_url("**/sandbox/checkout/**")


def decide(page: Page, outcome: str) -> None:
    """How the payment ends on the hosted page, by the button's value."""
    page.locator(f"button[name=outcome][value={outcome}]").click()
    page.wait_for_url("**/pay/**")


def make_link(staff: Page, mid: str, reference: str, recipient: str = "elsa.sjoberg@example.com") -> str:
    """A new order of a store, from the form; the customer's address of it."""
    write_order(staff, mid, reference, recipient)
    return send_order(staff)


def pay(page: Page, outcome: str) -> None:
    """The whole way from the payment page to the end of the payment."""
    fill_in(page)
    press_pay(page)
    decide(page, outcome)


def move_clock(page: Page, hours: int, *, minutes: int = 0) -> None:
    """Let time pass, on the sandbox's desk."""
    page.goto("/sandbox/")
    page.get_by_label("Hours").fill(str(hours))
    page.get_by_label("Minutes").fill(str(minutes))
    page.get_by_role("button", name="Move forward").click()
    page.get_by_text("moved by").wait_for()
    time.sleep(1)  # each process remembers the clock for half a second
