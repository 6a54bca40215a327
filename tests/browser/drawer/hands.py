"""What the drawer's tests do again and again."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.models import Line, Operation, Order
from orders.selection import EVERYTHING, Selection
from tests.cast import Company

ALICE = "alice@acme.example"
BOB = "bob@acme.example"
TIMES = ZoneInfo("Europe/Stockholm")


def settled(page: Page) -> None:
    """Wait until what was brought in is wired; a press before that follows the link itself, to a page of its own."""
    expect(page.locator(".htmx-settling")).to_have_count(0)


def drawer(page: Page, order: Order, tab: str = "") -> Locator:
    """Press the order in the list; its drawer, on the wanted tab."""
    page.goto("/orders/")
    page.locator(f"#order-{order.pk} a[data-row]").click()
    found = page.locator("#drawer .drawer")
    found.locator("#order-title").wait_for()
    settled(page)
    if tab:
        found.get_by_role("link", name=tab, exact=True).click()
        found.get_by_role("link", name=tab, exact=True).and_(page.locator("[aria-current]")).wait_for()
        settled(page)
    return found


def standing(reader: Page, order: Order, tab: str = "") -> Locator:
    """The order's drawer as it stands, opened when another one is."""
    path = f"/orders/{order.pk}/{f'{tab.lower()}/' if tab else ''}"
    if urlsplit(reader.url).path != path:
        return drawer(reader, order, tab)
    return reader.locator("#drawer .drawer")


def fact(found: Locator, label: str) -> Locator:
    """The value beside a label."""
    return found.locator("dl > div").filter(has=found.page.get_by_text(label, exact=True)).first.locator("dd")


def entry(found: Locator, title: str, number: int = 0) -> Locator:
    """The entry of the timeline with this title; 0 is the newest of them."""
    heading = found.page.get_by_role("heading", name=title, exact=True)
    return found.locator(".timeline > li").filter(has=heading).nth(number)


def section(found: Locator, title: str) -> Locator:
    """The part of a tab under this heading."""
    return found.locator("section.part").filter(has=found.page.get_by_role("heading", name=title, exact=True))


def more(page: Page, words: str) -> None:
    """Choose an entry of More actions."""
    page.get_by_role("button", name="More actions").click()
    page.locator("#more-actions").get_by_role("link", name=words).click()


def stamp(at: datetime | None) -> str:
    """A moment as the portal writes it."""
    assert at is not None
    return at.astimezone(TIMES).strftime("%-d %b %Y, %H:%M")


def member(acme: Company, name: str) -> Actor:
    return acme.access(name, clock.now()).actor


def line_of(order: Order, name: str) -> Line:
    return Line.objects.get(order=order, revision=order.revision, name__startswith=name)


def capture(order: Order, by: Actor, **units: int) -> Operation:
    """Capture units by the first word of the line's name, or everything."""
    return capture_order(
        order.pk, key=uuid.uuid4().hex, access=None, by=by, at=clock.now(), selection=_selection(order, units)
    )


def refund(order: Order, by: Actor, **units: int) -> Operation:
    """Refund units by the first word of the line's name, or everything."""
    return refund_order(
        order.pk, key=uuid.uuid4().hex, access=None, by=by, at=clock.now(), selection=_selection(order, units)
    )


def _selection(order: Order, units: dict[str, int]) -> Selection:
    if not units:
        return EVERYTHING
    return Selection({line_of(order, name).pk: count for name, count in units.items()})
