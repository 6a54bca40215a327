"""The whole tour under axe: every screen, light and dark, on a desk and on a phone.

One walk looks at everything; the tests below ask what it saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_django.plugin import DjangoDbBlocker

from accounts import actions
from accounts.models import Store
from common import clock
from common.actor import Actor
from devkit.browser import be_patient
from devkit.stops import Cast, Stop
from devkit.tour import tour
from devkit.tour_of_customers import customers
from devkit.tour_of_mishaps import mishaps
from orders.actions.capture import capture_order
from orders.selection import Selection
from tests import builders
from tests.browser import watched_settings
from tests.browser.screens import screens
from tests.browsers import OF_NO_MATTER, audit, overhang
from tests.builders import APRON, BOWL, DELIVERY
from tests.cast import Company
from tests.portals import Portal, running_portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

DESK, PHONE = (1440, 900), (390, 844)
LOOKS = ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark"))
HALF_OF_THEM = LOOKS[::3]  # every theme and every width, for what other stops show as well
NARROWEST = 360
# screens that answer no address of their own, and where they are looked at
NO_STOP = {
    "components/keys.html": "in every page; the stop `keys` opens it",
    "components/unsaved.html": "in every page; the stop `unsaved` opens it",
    "orders/decide/dialog.html": "the frame of cancel, extend and release",
    "orders/decide/page.html": "the frame of cancel, extend and release",
    "orders/slip.html": "a PDF",
}
_HEAD = """() => ({
  h1: document.querySelectorAll("h1").length, title: document.title, lang: document.documentElement.lang,
})"""


@dataclass
class Seen:
    """What the walk found, by kind of trouble; `notes` is where the portal writes which template answered."""

    notes: Path
    shown: set[str] = field(default_factory=set)
    stops: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def look(self, stop: Stop) -> None:
        """Everything about one screen; leaves it as the walk expects it."""
        self.stops.append(stop.name)
        self.shown |= self._on_screen()
        page, name = stop.page, stop.name
        for (width, height), scheme in HALF_OF_THEM if stop.is_like_another else LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            self.axe += [f"{name} {width} {scheme}: {finding}" for finding in audit(page)]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": NARROWEST, "height": 740})
        if overhang(page) > 0:
            self.sideways.append(f"{name}: {overhang(page)} px")
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        head = page.evaluate(_HEAD)
        if head["h1"] != 1 or not head["title"] or not head["lang"]:
            self.heads.append(f"{name}: {head}")

    def _on_screen(self) -> set[str]:
        """The latest screen that answered; a page passed on the way to it is not looked at.

        The worker notes its templates too, whenever it makes a slip.
        """
        answered = [name for name in self.notes.read_text().splitlines() if name in screens() - set(NO_STOP)]
        return set(answered[-1:])

    def hear(self, message: ConsoleMessage) -> None:
        """Errors, but for the browser's note that a page answered 4xx, or 500 where the walk broke it."""
        url = message.location.get("url", "")
        is_answer = "/static/" not in url and ("status of 4" in message.text or url.endswith("?broken=1"))
        if message.type == "error" and not is_answer and not message.text.startswith(OF_NO_MATTER):
            self.console.append(f"{message.text} ({url})")


@pytest.fixture(scope="module")
def watched_portal(
    django_db_blocker: DjangoDbBlocker,
    template_database: str,
    collected_static: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A portal that notes its templates."""
    notes = tmp_path_factory.mktemp("notes") / "templates"
    extra = {"DJANGO_SETTINGS_MODULE": watched_settings.__name__, watched_settings.NOTES: str(notes)}
    with running_portal(django_db_blocker, template_database, collected_static, **extra) as portal:
        yield portal


@pytest.fixture(scope="module")
def seen(watched_portal: Portal, chromium: Browser) -> Seen:
    """The walk, once."""
    found = Seen(Path(watched_portal.processes.environment[watched_settings.NOTES]))
    contexts: list[BrowserContext] = []

    def new_page() -> Page:
        context = chromium.new_context(
            base_url=watched_portal.address, viewport={"width": 1440, "height": 900},
            reduced_motion="reduce", locale="en-GB", timezone_id="Europe/Stockholm",
        )  # fmt: skip
        contexts.append(context)
        be_patient(context)
        context.on("console", found.hear)
        context.on("weberror", lambda failure: found.console.append(str(failure.error)))
        return context.new_page()

    cast = stage(watched_portal)
    ends = mishaps(new_page, cast, watched_portal.processes)
    for walk in (tour(new_page, cast), customers(new_page, cast), ends):
        for stop in walk:
            found.look(stop)
        # a page left open asks again every few seconds, and would meet what the next walk breaks
        while contexts:
            contexts.pop().close()
    return found


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


def _bare_store(company: Company) -> Store:
    return actions.create_store(
        company.merchant, by=Actor.system(), at=clock.now(), mid="CF1004299", name="Acme Finland", country="FI",
        allowed_currencies=["EUR"], terms_url="", support_email="",
    )  # fmt: skip


def test_the_walk_stops_at_every_screen(seen: Seen):
    assert len(seen.stops) == len(set(seen.stops))
    assert sorted(screens() - seen.shown - set(NO_STOP)) == []


def test_whatever_is_excused_exists():
    assert set(NO_STOP) <= screens()


def test_axe_finds_nothing_in_any_look(seen: Seen):
    assert seen.axe == []


def test_nothing_scrolls_sideways_on_the_smallest_phone(seen: Seen):
    assert seen.sideways == []


def test_every_page_has_one_heading_a_title_and_a_language(seen: Seen):
    assert seen.heads == []


def test_the_console_stays_silent_and_the_policy_unbroken(seen: Seen):
    assert seen.console == []
