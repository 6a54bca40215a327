"""Every dialog without a mouse: opened at its first field, left with the question, back at its opener, sent."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Store
from orders.models import Order
from tests import builders
from tests.browser.drawer.hands import drawer
from tests.orders.stages import order_at

HEADING = "#ask-title"
TELLS = "#id_tells_customer"
REASON = "#id_reason"


@dataclass(frozen=True)
class Walk:
    """A dialog: the order, what opens it, what has the focus then, a field to type in, the button, what follows."""

    stage: str
    opener: str
    first: str
    field: str
    button: str
    then: str
    tab: str = ""
    types: str = "Frida N"

    @property
    def is_sent_by_enter(self) -> bool:
        """From its field; never where a sum is chosen, or nothing is typed."""
        return bool(self.field) and self.first != "#parts-all"


WALKS = {
    "capture": Walk(
        "authorized", "Capture", "#parts-all", "#id_reference", "Capture 2,068.20 SEK", "Captured 2,068.20 SEK."
    ),
    "refund": Walk("captured", "Refund", "#parts-all", REASON, "Refund 2,068.20 SEK", "Refunded 2,068.20 SEK."),
    "cancel": Walk("authorized", "Cancel order", TELLS, REASON, "Cancel order, ", "is cancelled:"),
    "end": Walk("part_captured", "Cancel order", TELLS, REASON, "Cancel order, ", "is ended:"),
    "unpaid": Walk("pending", "Cancel order", TELLS, REASON, "Cancel order", "Nothing had been paid."),
    "release": Walk("part_captured", "Release remaining", HEADING, "", "Release ", "SEK released."),
    "extend": Walk("klarna", "Extend authorization", HEADING, "", "Extend to ", "The authorization now ends"),
    "customer": Walk("authorized", "Edit customer", "#id_name", "#id_name", "Save", "Saved.", "Customer"),
    "letter": Walk(
        "authorized", "Show Confirmation of the order to ", HEADING, "", "", "", "Customer"
    ),  # too new to be sent again
    "resend link": Walk(
        "pending",
        "#resend-",
        "#id_recipient",
        "#id_recipient",
        "Send new link",
        "A new link for",
        types="frida@example.com",
    ),
    "cancel link": Walk("pending", "Cancel link for ", HEADING, "", "Cancel link", "cancelled"),
}


def _order(store: Store, stage: str) -> Order:
    return builders.placed_order(store, method="klarna") if stage == "klarna" else order_at(stage, store)


def _place(page: Page, order: Order, walk: Walk) -> Locator:
    """Where the dialog is opened: the drawer, the own page of an unpaid order, or the history of links."""
    if "link" in walk.button.lower():
        page.goto("/links/")
        return page.locator(f"#link-{order.pk}")
    if order.status == "pending":
        page.goto(f"/orders/{order.pk}/")
        return page.locator(".drawer")
    return drawer(page, order, walk.tab)


def _opener(found: Locator, walk: Walk) -> Locator:
    """The control that opens it; of a menu's entry that is the menu's button, where the focus comes home to."""
    if walk.opener.startswith("#"):
        return found.locator(f"[id^={walk.opener[1:]}]")
    link = found.locator(":not(.menu) > a").and_(
        found.get_by_role("link", name=walk.opener, exact=walk.opener[-1] != " ")
    )
    return link if link.count() else found.get_by_role("button", name="More actions")


def _open(page: Page, found: Locator, walk: Walk, *, is_held: bool = False) -> Locator:
    opener = _opener(found, walk)
    opener.focus()
    if opener.get_attribute("popovertarget"):
        page.keyboard.press("Enter")
        page.locator("#more-actions:popover-open").wait_for()
        _tab_to(page, page.locator("#more-actions").get_by_role("link", name=walk.opener))
    (page.keyboard.down if is_held else page.keyboard.press)("Enter")
    page.locator("#ask:modal").wait_for()
    return page.locator("#ask")


def _tab_to(page: Page, control: Locator) -> None:
    for _press in range(40):
        if control.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    message = f"Tab never comes to {control}"
    raise AssertionError(message)


def _type(page: Page, dialog: Locator, walk: Walk) -> None:
    _tab_to(page, dialog.locator(walk.field))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(walk.types)


def _leave(page: Page, dialog: Locator, walk: Walk) -> None:
    """Escape asks about what was typed: first it is kept, then left."""
    for answer in ("Keep editing", "Leave") if walk.field else ():
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Keep editing")).to_be_focused()
        _tab_to(page, page.locator("#unsaved").get_by_role("button", name=answer))
        page.keyboard.press("Enter")
        if answer == "Keep editing":
            expect(dialog.locator(walk.field)).to_be_focused()
    if not walk.field:
        page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def _send(page: Page, dialog: Locator, walk: Walk) -> None:
    if walk.stage == "captured":
        page.keyboard.press("Space")  # all lines
    button = dialog.get_by_role("button", name=walk.button)
    if walk.is_sent_by_enter:
        _type(page, dialog, walk)
    else:
        page.keyboard.press("Enter")
        expect(dialog).to_be_visible()
        expect(button).to_be_enabled()
        _tab_to(page, button)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("name", WALKS)
def test_a_dialog_is_opened_left_and_sent_with_keys_alone(page: Page, store: Store, name: str) -> None:
    walk = WALKS[name]
    found = _place(page, _order(store, walk.stage), walk)
    dialog = _open(page, found, walk)
    expect(dialog.locator(walk.first)).to_be_focused()
    if walk.field:
        _type(page, dialog, walk)
    _leave(page, dialog, walk)
    expect(_opener(found, walk)).to_be_focused()
    if not walk.button:
        return
    dialog = _open(page, found, walk)
    _send(page, dialog, walk)
    expect(page.locator("#toasts")).to_contain_text(walk.then)
    expect(page.locator("#ask")).to_have_count(0)


@pytest.mark.parametrize("name", ["cancel", "end", "resend link"])
def test_enter_held_since_before_a_dialog_opened_sends_nothing(page: Page, store: Store, name: str) -> None:
    walk = WALKS[name]
    found = _place(page, _order(store, walk.stage), walk)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    dialog = _open(page, found, walk, is_held=True)
    expect(dialog.locator(walk.first)).to_be_focused()
    for _repeat in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(dialog.get_by_role("button", name=walk.button)).to_be_enabled()
    assert sent == []
    page.keyboard.press("Enter")  # a press of its own
    expect(page.locator("#toasts")).to_contain_text(walk.then)
    assert len(sent) == 1


def test_escape_right_after_keep_editing_asks_again_and_is_heard(page: Page, store: Store) -> None:
    walk = WALKS["cancel"]
    found = _place(page, _order(store, walk.stage), walk)
    dialog = _open(page, found, walk)
    _type(page, dialog, walk)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keep editing")).to_be_focused()
    # both in one task: the browser tells of the first close only after the second question stands
    page.evaluate("""() => {
        document.querySelector("#unsaved button[value=keep]").click();
        document.getElementById("ask").dispatchEvent(new Event("cancel", { cancelable: true }));
    }""")
    page.locator("#unsaved").get_by_role("button", name="Leave").click()
    expect(dialog).to_have_count(0)
