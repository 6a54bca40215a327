"""What a walk past the screens is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

NewPage = Callable[[], Page]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who walks, and where: a store that can sell, and one without terms."""

    owner: str
    reader: str
    store: str
    bare_store: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A screen to look at.

    `is_long` when all of it belongs on the picture; `is_like_another` when another stop shows the same parts.
    """

    name: str
    page: Page
    is_long: bool = False
    is_like_another: bool = False


def alone(page: Page, name: str, address: str) -> Iterator[Stop]:
    """What opens as a dialog, as the page it is without scripts; in a tab of its own, so the walk stays where it was."""
    tab = page.context.new_page()
    answer = tab.goto(address)
    if answer is None or not answer.ok:
        raise AssertionError(f"{name}: there is no page at {address}")
    yield Stop(name, tab, is_long=True, is_like_another=True)
    tab.close()


def half_of_a_call(page: Page, logs: str) -> str:
    """The address of the first request that the log shows, kept there whole."""
    half, call = (page.locator(".calls [id^=request-]").first.get_attribute("id") or "").split("-")
    path, _mark, _query = logs.partition("?")
    return f"{path}{call}/{half}/"
