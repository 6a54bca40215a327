"""The whole tour under axe: every screen, light and dark, on a desk and on a phone.

One walk looks at everything; the tests below ask what it saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from accounts import actions
from accounts.models import Store
from common import clock
from common.actor import Actor
from devkit import hands
from devkit.stops import Cast, Stop
from devkit.tour import tour
from devkit.tour_of_customers import customers
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.selection import Selection
from paylinks.models import PaymentLink
from paylinks.tokens import token_of
from tests import builders
from tests.browsers import audit, overhang
from tests.builders import APRON, BOWL, DELIVERY
from tests.cast import Company
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

WIDTHS = {1440: 900, 390: 844}
NARROWEST = 360
_HEAD = """() => ({
  h1: document.querySelectorAll("h1").length, title: document.title, lang: document.documentElement.lang,
})"""


@dataclass
class Seen:
    """What the walk found, by kind of trouble."""

    stops: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def look(self, stop: Stop) -> None:
        """Everything about one screen; leaves it as the walk expects it."""
        self.stops.append(stop.name)
        page, name = stop.page, stop.name
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                self.axe += [f"{name} {width} {scheme}: {finding}" for finding in audit(page)]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": NARROWEST, "height": 740})
        if overhang(page) > 0:
            self.sideways.append(f"{name}: {overhang(page)} px")
        page.set_viewport_size({"width": 1440, "height": WIDTHS[1440]})
        head = page.evaluate(_HEAD)
        if head["h1"] != 1 or not head["title"] or not head["lang"]:
            self.heads.append(f"{name}: {head}")

    def hear(self, message: ConsoleMessage) -> None:
        """Errors, but for the browser's note that a page answered 4xx, as some should."""
        is_answer = "status of 4" in message.text and "/static/" not in message.location.get("url", "")
        if message.type == "error" and not is_answer:
            self.console.append(message.text)


@pytest.fixture(scope="module")
def seen(shared_portal: Portal, chromium: Browser) -> Iterator[Seen]:
    """The walk, once."""
    found = Seen()
    contexts: list[BrowserContext] = []

    def new_page() -> Page:
        context = chromium.new_context(
            base_url=shared_portal.address, viewport={"width": 1440, "height": 900},
            reduced_motion="reduce", locale="en-GB", timezone_id="Europe/Stockholm",
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", found.hear)
        page.on("pageerror", lambda error: found.console.append(str(error)))
        return page

    cast = stage(shared_portal)
    for stop in chain(tour(new_page, cast), customers(new_page, cast), rare(shared_portal, new_page())):
        found.look(stop)
    yield found
    for context in contexts:
        context.close()


def stage(portal: Portal) -> Cast:
    """Orders in several states, and a second store without terms."""
    acme = portal.acme()
    # every sum its own, but for the last two: orders of one sum and customer are taken for one purchase
    half = builders.placed_order(acme.store, merchant_reference1="FJB-10479", lines=(BOWL, APRON))
    by, at, first = Actor.system(), clock.now(), Selection({half.lines.order_by("position")[0].pk: 1})
    capture_order(half.pk, key="half", access=None, by=by, at=at, selection=first)
    builders.captured_order(acme.store, merchant_reference1="FJB-10481", customer_name="Wilhelmina " * 6)
    builders.placed_order(acme.store, merchant_reference1="A-very-long-reference-" * 4, lines=(BOWL,))
    builders.paid(builders.system_link(acme.store, lines=(APRON,)), "review")
    builders.placed_order(acme.store, merchant_reference1="FJB-10476", lines=(DELIVERY,))
    builders.placed_order(acme.store, merchant_reference1="FJB-10477", lines=(DELIVERY,))
    builders.placed_order(acme.store, method="klarna", merchant_reference1="FJB-10480", lines=(APRON, DELIVERY))
    return Cast("alice@acme.example", "vera@acme.example", acme.store.mid, _bare_store(acme).mid)


def rare(portal: Portal, page: Page) -> Iterator[Stop]:
    """What a customer sees when a hold ended, and while nobody can ask how a payment went."""
    portal.processes.stop("worker", "beat")
    store = Store.objects.get(mid="CF1004211")
    lapsed = builders.placed_order(store, merchant_reference1="FJB-10483")
    expire_authorizations(clock.now() + timedelta(days=40))
    yield _opened(page, "pay-lapsed", PaymentLink.objects.get(order=lapsed), "Nothing was charged")
    begun = builders.system_link(store, merchant_reference1="FJB-10484")
    builders.begun(begun)
    hands.move_clock(page, 1)
    yield _opened(page, "pay-unsure", begun, "We do not know yet")


def _opened(page: Page, name: str, link: PaymentLink, heading: str) -> Stop:
    page.goto(f"/pay/{token_of(link.pk)}/")
    page.get_by_role("heading", name=heading, level=1).wait_for()
    return Stop(name, page)


def _bare_store(company: Company) -> Store:
    return actions.create_store(
        company.merchant, by=Actor.system(), at=clock.now(), mid="CF1004299", name="Acme Finland", country="FI",
        allowed_currencies=["EUR"], terms_url="", support_email="",
    )  # fmt: skip


def test_the_walk_stops_at_every_screen(seen: Seen):
    assert len(seen.stops) == len(set(seen.stops)) >= 60
    assert {"pay-lapsed", "pay-unsure"} < set(seen.stops)


def test_axe_finds_nothing_in_any_look(seen: Seen):
    assert seen.axe == []


def test_nothing_scrolls_sideways_on_the_smallest_phone(seen: Seen):
    assert seen.sideways == []


def test_every_page_has_one_heading_a_title_and_a_language(seen: Seen):
    assert seen.heads == []


def test_the_console_stays_silent_and_the_policy_unbroken(seen: Seen):
    assert seen.console == []
