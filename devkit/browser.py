"""A Chromium for the browser tests and the screenshots."""

from __future__ import annotations

import os
import shutil
import subprocess

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
