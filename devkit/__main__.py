"""The commands behind `./dev`."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

from devkit.words import HELP

_WITH_ARGUMENTS = {"test": "devkit.testing", "audit": "devkit.auditing", "fuzz": "devkit.fuzzing"}


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit code."""
    command, *rest = arguments or ["help"]
    if command in _WITH_ARGUMENTS:
        program = getattr(import_module(_WITH_ARGUMENTS[command]), command)
        return int(program(rest))
    if command in {"run", "demo"}:
        from devkit import running

        return running.run() if command == "run" else running.demo()
    if command == "check":
        from devkit.checking import check

        passed, line = check()
        print(line)
        return 0 if passed else 1
    if command in {"bench", "screenshots"}:
        return _measure(rest) if command == "bench" else _draw(rest)
    print(HELP)
    return 0 if command in {"help", "-h", "--help"} else 2


def _measure(rest: list[str]) -> int:
    """Run the benchmark against services that forget."""
    from devkit import places, services

    with services.throw_away() as taken:
        surroundings = {**os.environ, **places.caches(), **taken.environment()}
        command = [sys.executable, "-m", "bench", *rest]
        return subprocess.run(command, check=False, cwd=places.ROOT, env=surroundings).returncode


def _draw(rest: list[str]) -> int:
    """Remake the pictures; they start services of their own."""
    from devkit import browser, places

    surroundings = {**os.environ, **places.caches(), "CHROMIUM": browser.find()}
    command = [sys.executable, "-m", "devkit.screenshots", *rest]
    return subprocess.run(command, check=False, cwd=places.ROOT, env=surroundings).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
