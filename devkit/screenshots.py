"""`./dev screenshots`: a throw-away portal with demo data, and its screens in docs/screenshots/."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import chain
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from devkit import places, services
from devkit.browser import be_patient
from devkit.browser import prepare as prepare_browser
from devkit.processes import Processes, wait_until_served
from devkit.running import environment, free_port, prepare
from devkit.stops import Cast, Stop
from devkit.tour import tour
from devkit.tour_of_customers import customers
from devkit.tour_of_mishaps import mishaps

FOLDER = places.ROOT / "docs" / "screenshots"
DEMO = Cast("alice@example.com", "rita@example.com", "CF1004211", "CF1004213")
HEIGHTS = {1440: 900, 390: 844}
IN_THE_DARK = {
    "orders": 1440,
    "order": 1440,
    "create": 1440,
    "history": 390,
    "pay": 390,
    "repeats": 1440,
    "edit-lines": 390,
}
_FIRST_PORT = 8400
_COLOURS = 256
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]


def main() -> int:
    """Draw everything again; pictures of screens that are gone go too."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    drawn: set[str] = set()
    with _portal() as (address, processes), _browser() as browser:
        for stop in _stops(browser, address, processes):
            drawn |= set(_draw(stop))
            print(f"{stop.name}", flush=True)
    for old in FOLDER.glob("*.png"):
        if old.name not in drawn:
            old.unlink()
    size = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"{len(drawn)} pictures, {size / 1e6:.1f} MB, in {FOLDER.relative_to(places.ROOT)}/")
    return 0


@contextmanager
def _portal() -> Iterator[tuple[str, Processes]]:
    with services.throw_away() as taken, tempfile.TemporaryDirectory(prefix="cf-shots-") as folder:
        port = free_port(_FIRST_PORT)
        own = {"COUNTERFOIL_DATA_DIR": folder, "COUNTERFOIL_STATIC_ROOT": f"{folder}/static"}
        processes = Processes(Path(folder) / "log", {**environment(taken, port), **own})
        try:
            prepare(processes.environment)
            processes.start()
            address = f"http://localhost:{port}"
            wait_until_served(address, processes)
            yield address, processes
        finally:
            processes.stop()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        prepare_browser(playwright)
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=_FLAGS)
        yield browser
        browser.close()


def _stops(browser: Browser, address: str, processes: Processes) -> Iterator[Stop]:
    def new_page() -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": 1440, "height": HEIGHTS[1440]},
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Stockholm",
        )
        be_patient(context)
        return context.new_page()

    return chain(tour(new_page, DEMO), customers(new_page, DEMO), mishaps(new_page, DEMO, processes))


def _draw(stop: Stop) -> Iterator[str]:
    """One picture a width, and a dark one where the list says so."""
    page = stop.page
    for width, height in HEIGHTS.items():
        page.set_viewport_size({"width": width, "height": height})
        yield _save(stop, f"{stop.name}-{width}.png")
        if IN_THE_DARK.get(stop.name) == width:
            page.emulate_media(color_scheme="dark")
            yield _save(stop, f"{stop.name}-{width}-dark.png")
            page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": HEIGHTS[1440]})


def _save(stop: Stop, name: str) -> str:
    stop.page.evaluate("document.fonts.ready.then(() => true)")
    # on phones bars stick to the window, which a picture of the whole page shows half-way
    whole = stop.is_long and "-390" not in name
    picture = stop.page.screenshot(full_page=whole, animations="disabled", caret="hide")
    # flat screens: a palette of 256 colours looks the same and takes a third of the room
    Image.open(BytesIO(picture)).convert("RGB").quantize(
        _COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
    ).save(FOLDER / name, optimize=True)
    return name


if __name__ == "__main__":
    sys.exit(main())
