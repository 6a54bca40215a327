"""A real Chromium, whose console must stay silent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from devkit import browser
from tests.portals import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

AXE = Path(__file__).parent / "browser" / "vendor" / "axe.min.js"
_AUDIT: dict[str, Any] = {
    "resultTypes": ["violations"],
    "preload": False,  # it would put style elements into the page, which the policy refuses
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, off unless asked for
}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=browser.PATIENCE)
    # Playwright's loop runs in this thread, so Django thinks it is inside async code
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser.prepare(playwright)
        started = playwright.chromium.launch(executable_path=browser.find(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Make pages: `open_page(width=390, dark=True, scripts=False)`; none may log an error."""
    with quiet_pages(chromium) as make:
        yield make


@contextmanager
def quiet_pages(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """What `open_page` gives, for as long as somebody likes; complaints are raised at the end."""
    complaints: list[str] = []
    contexts = []

    def make(
        *,
        width: int = 1440,
        height: int = 0,
        dark: bool = False,
        scripts: bool = True,
        base_url: str = "",
        tolerate: str = "\0",
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height or (844 if width < 600 else 900)},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # view transitions swallow clicks while they run
            java_script_enabled=scripts,
            base_url=base_url or None,
            locale="en-GB",
            timezone_id="Europe/Stockholm",
        )
        contexts.append(context)
        browser.be_patient(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_complaint(message, tolerate)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == [], f"the console complained: {complaints}"


OF_NO_MATTER = (
    # what htmx says of a request that a newer one took the place of; one that failed says htmx:sendError as well
    "htmx:afterRequest",
    "htmx:sendAbort",
    # a page that was left, and a machine whose network changed: what was not loaded then is missed by the test itself
    "Failed to load resource: net::ERR_ABORTED",
    "Failed to load resource: net::ERR_NETWORK_CHANGED",
)


def _complaint(message: ConsoleMessage, tolerate: str) -> list[str]:
    address = message.location.get("url")  # none: axe itself did it, from the debugger's channel
    if message.type != "error" or tolerate in message.text or not address or message.text.startswith(OF_NO_MATTER):
        return []
    return [f"{message.text} ({address})"]


def audit(page: Page) -> list[str]:
    """What axe finds wrong on the page by WCAG 2.2 AA and by its own advice, one line per finding.

    With a bar over what scrolls all of it is shown: axe calls a cell half under the bar too small.
    """
    page.wait_for_load_state()
    size = page.viewport_size if page.locator(".drawer .savebar").count() else None
    if size:
        page.set_viewport_size({"width": size["width"], "height": 2400})
    # evaluated over the debugger's channel, which the page's policy does not reach
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", _AUDIT)
    if size:
        page.set_viewport_size(size)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def sign_in(page: Page, portal: Portal, user: User) -> None:
    """Put the person's session into the page's browser, as a used sign-in link would."""
    client = Client()
    client.force_login(user)
    name = f"sessionid_{urlsplit(portal.address).port}"
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": portal.address}]
    )
