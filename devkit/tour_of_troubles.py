"""What waits for a person: an end that stopped half-way, and money that the bank sent back."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from playwright.sync_api import Page

from devkit import hands
from devkit.processes import Processes
from devkit.stops import Cast, Stop
from devkit.tour_of_orders import open_row

_REFUSE_A_REFUND = """
INSERT INTO sandbox_behaviour (kind, key_prefix, times_left, created_at) VALUES ('decline', 'refund-', 1, now())
"""


def troubles(staff: Page, customer: Page, cast: Cast, processes: Processes) -> Iterator[Stop]:
    """Each notice with something to press."""
    yield from half_way(staff, processes)
    yield from sent_back(staff, customer, cast)


def half_way(page: Page, processes: Processes) -> Iterator[Stop]:
    """The rest was released, then the gateway refused the refund."""
    with psycopg.connect(processes.environment["DATABASE_URL"]) as connection:
        connection.execute(_REFUSE_A_REFUND)
    open_row(page, "?status=part_captured")
    page.get_by_role("button", name="More actions").click()
    page.locator("#more-actions").get_by_role("link", name="Cancel order").click()
    page.locator("#ask[open]").get_by_role("button", name="Cancel order, ").click()
    page.get_by_role("link", name="Go on cancelling").wait_for()
    yield Stop("order-half-cancelled", page)


def sent_back(staff: Page, page: Page, cast: Cast) -> Iterator[Stop]:
    """Money nobody expected was refunded, and the refund failed at the bank: of an order, and of none."""
    page.goto(hands.make_link(staff, cast.store, "FJB-10508", "astrid.lindqvist@example.com"))
    page.get_by_label("Swish").check()
    hands.pay(page, "other_amount")
    _fails_at_the_bank(page)
    staff.goto("/links/")
    order, again = staff.locator("a[id^=order-]").first.get_attribute("href") or "", "Give back "
    hands.look_until(staff, order, lambda: staff.get_by_role("button", name=again).count() > 0)
    yield Stop("order-sent-back", staff, is_like_another=True)
    page.goto("/sandbox/")
    page.get_by_role("button", name="Pay past the shop").first.click()
    page.wait_for_url("**/sandbox/checkout/**")
    hands.decide(page, "approve")
    _fails_at_the_bank(page)
    hands.look_until(staff, "/orders/unclaimed/", lambda: staff.get_by_role("button", name=again).count() > 0)
    yield Stop("unclaimed-sent-back", staff, is_long=True, is_like_another=True)


def _fails_at_the_bank(page: Page) -> None:
    """What the gateway did last, once that is the refund."""
    newest = page.locator(".table", has_text="Key").locator("tbody tr").first
    fails = newest.get_by_role("button", name="Let it come back")
    hands.look_until(page, "/sandbox/", lambda: fails.count() > 0)
    fails.click()
    fails.wait_for(state="detached")
