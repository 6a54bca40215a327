"""The commands behind `./dev`."""

from __future__ import annotations

import os
import subprocess
import sys

from devkit.words import HELP


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit code."""
    command, *rest = arguments or ["help"]
    if command == "run":
        from devkit.running import run

        return run()
    if command == "test":
        from devkit.testing import test

        return test(rest)
    if command == "check":
        from devkit.checking import check

        passed, line = check()
        print(line)
        return 0 if passed else 1
    if command == "demo":
        from devkit.running import demo

        return demo()
    if command in {"bench", "screenshots"}:
        return _with_throw_away(command, rest)
    print(HELP)
    return 0 if command in {"help", "-h", "--help"} else 2


def _with_throw_away(module: str, rest: list[str]) -> int:
    """Run a measuring or drawing program against services that forget."""
    from devkit import browser, places, services

    extra = {"CHROMIUM": browser.find()} if module == "screenshots" else {}
    name = "devkit.screenshots" if module == "screenshots" else module
    with services.throw_away() as taken:
        surroundings = {**os.environ, **places.caches(), **taken.environment(), **extra}
        command = [sys.executable, "-m", name, *rest]
        return subprocess.run(command, check=False, cwd=places.ROOT, env=surroundings).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
