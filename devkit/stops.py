"""What a walk past the screens is made of."""

from __future__ import annotations

from collections.abc import Callable
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
    """A screen to look at; `is_long` when all of it belongs on the picture."""

    name: str
    page: Page
    is_long: bool = False
