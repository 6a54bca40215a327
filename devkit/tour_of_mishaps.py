"""The end of the walk: what is seen when something is over, slow or broken. It leaves the portal in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from playwright.sync_api import Page

from devkit import hands
from devkit.processes import Processes
from devkit.running import manage
from devkit.stops import Cast, NewPage, Stop
from devkit.tour import open_order
from devkit.tour_of_troubles import troubles

_END_ACCESS = """
UPDATE accounts_member SET ends_at = created_at + interval '1 minute'
WHERE user_id = (SELECT id FROM accounts_user WHERE email = %s)
"""
_SLIPS_ARE = "UPDATE documents_document SET state = %s, ready_at = NULL"
_BREAK = "ALTER TABLE orders_order RENAME TO lost"
_EXPIRE = (
    "from datetime import timedelta; from common import clock; from orders.actions.expire import *; "
    "expire_authorizations(clock.now() + timedelta(days=40))"
)


def mishaps(new_page: NewPage, cast: Cast, processes: Processes) -> Iterator[Stop]:
    """Doors that are closed, answers that do not come, and at the very end a broken database."""
    staff, stranger, customer = new_page(), new_page(), new_page()
    hands.sign_in(staff, cast.owner)
    yield from doors(stranger, cast, processes)
    yield from troubles(staff, customer, cast, processes)
    yield from lapsed(staff, customer, cast, processes)
    processes.stop("worker", "beat")
    yield from slips(staff, processes)
    yield from unsure(staff, customer, cast)
    # open pages ask again every few seconds: none may meet the broken database but the one looked at
    staff.goto("about:blank")
    customer.close()
    _sql(processes, _BREAK)
    staff.goto("/orders/?broken=1")
    yield Stop("failed", staff)


def doors(page: Page, cast: Cast, processes: Processes) -> Iterator[Stop]:
    """Sign-in links that no longer sign in, a form out of date, and a membership that has ended."""
    old = _asked(page, cast.reader)
    hands.move_clock(page, 0, minutes=2)
    newest = _asked(page, cast.reader)
    page.goto(old)
    yield Stop("sign-in-replaced", page)
    page.goto(newest)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/orders/**")
    page.goto(newest)
    yield Stop("sign-in-inside", page, is_like_another=True)
    _sql(processes, _END_ACCESS, cast.reader)
    page.goto("/orders/")
    yield Stop("no-access", page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    page.goto(newest)
    yield Stop("sign-in-used", page, is_like_another=True)
    late = _asked(page, cast.owner)
    hands.move_clock(page, 0, minutes=16)
    page.goto(late)
    yield Stop("sign-in-expired", page, is_like_another=True)
    page.goto("/sign-in/no-such-link/")
    yield Stop("sign-in-unknown", page, is_like_another=True)
    page.goto("/sign-in/")
    page.get_by_label("Work e-mail").fill(cast.reader)
    page.context.clear_cookies()
    page.get_by_role("button", name="Send sign-in link").click()
    page.get_by_role("heading", name="out of date").wait_for()
    yield Stop("out-of-date", page)


def _asked(page: Page, email: str) -> str:
    known = hands.links_to(page, email)
    page.goto("/sign-in/")
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_role("button", name="Send sign-in link").click()
    return hands.mailed(page, email, "/sign-in/", known=known)


def lapsed(staff: Page, page: Page, cast: Cast, processes: Processes) -> Iterator[Stop]:
    """The shop did not take the money in time."""
    link = hands.make_link(staff, cast.store, "FJB-10506")
    page.goto(link)
    hands.pay(page, "approve")
    page.get_by_role("button", name="Save receipt").wait_for()
    manage(dict(processes.environment), "shell", "--verbosity", "0", "--command", _EXPIRE)
    page.goto(link)
    page.get_by_role("heading", name="Nothing was charged", level=1).wait_for()
    yield Stop("pay-lapsed", page)
    staff.goto("/orders/?status=expired")
    staff.locator("#count b").wait_for()
    staff.locator("tbody a[data-row]").first.click()
    staff.locator("#drawer #order-title").wait_for()
    yield Stop("order-expired", staff)


def slips(page: Page, processes: Processes) -> Iterator[Stop]:
    """A packing slip that nobody makes, and one that could not be made."""
    open_order(page, "Captured")
    slip = page.url.split("?")[0] + "slip/"
    _sql(processes, _SLIPS_ARE, "queued")
    page.goto(slip)
    yield Stop("slip-waiting", page)
    page.goto(f"{slip}?wait=60")
    yield Stop("slip-slow", page, is_like_another=True)
    _sql(processes, _SLIPS_ARE, "failed")
    page.goto(slip)
    yield Stop("slip-failed", page)
    open_order(page, "Captured")
    page.locator("#slip").get_by_role("link", name="Packing slip", exact=True).click()
    page.get_by_role("button", name="Make it again").wait_for()
    yield Stop("order-slip-failed", page)


def unsure(staff: Page, page: Page, cast: Cast) -> Iterator[Stop]:
    """Past the link's end nobody has told how the payment went."""
    link = hands.make_link(staff, cast.store, "FJB-10507")
    page.goto(link)
    hands.fill_in(page)
    hands.press_pay(page)
    hands.move_clock(page, 49)
    page.route(
        "**/back/**", lambda route: route.fulfill(status=204)
    )  # the page goes there by itself every few seconds
    page.goto(link)
    page.get_by_role("heading", name="We do not know yet", level=1).wait_for()
    yield Stop("pay-unsure", page)


def _sql(processes: Processes, words: str, *values: str) -> None:
    with psycopg.connect(processes.environment["DATABASE_URL"]) as connection:
        connection.execute(words, values)
