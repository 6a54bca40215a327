"""A Chromium for the browser tests and the screenshots."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

PATIENCE = 30_000  # milliseconds for whatever is waited for: much, as a loaded machine is no stopwatch
# a page whose scripts have not run yet, or that brought something in a moment ago
_UNREADY = """(() => {
  const isReady = () => document.readyState === "complete" && !document.querySelector(".htmx-settling");
  const unready = () => isReady() ? null : document.documentElement;  // none while the next page begins
  return { query: unready, queryAll: () => [unready()].filter(Boolean) };
})()"""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str:
    """CHROMIUM, a browser of this machine, or one that apt may install."""
    if (given := os.environ.get("CHROMIUM")) and shutil.which(given):
        return given
    if found := _installed():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests.", flush=True)
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", "chromium")
        if found := _installed():
            return found
    raise SystemExit("No Chromium: install it (Debian: sudo apt install chromium) or name a Chrome in CHROMIUM.")


def prepare(playwright: Playwright) -> None:
    """Teach it what an unready page is; before the first context."""
    playwright.selectors.register("unready", _UNREADY)


def be_patient(context: BrowserContext) -> None:
    """Nothing on its pages is pressed or waited for before they are ready.

    A press before that follows the link itself, which is right, but not what a test of the scripts looks at.
    """
    context.set_default_timeout(PATIENCE)
    context.on("page", _wait_until_ready)


def _wait_until_ready(page: Page) -> None:
    page.add_locator_handler(page.locator("unready=page"), lambda: None)


def _apt(*arguments: str) -> None:
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", *arguments], check=False, env=surroundings, capture_output=True)


def _installed() -> str:
    # Ubuntu's chromium-browser is a snap, which cannot be driven from a temporary folder
    for name in _NAMES:
        path = shutil.which(name)
        if path and "/snap/" not in os.path.realpath(path):
            return path
    return next((path for path in _MAC if os.access(path, os.X_OK)), "")
