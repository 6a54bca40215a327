"""`./dev test`: the tiers, fast ones first, with their closing lines last."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence

from devkit import browser, places, services
from devkit.checking import check

FAULTS = ("tests/faults", "tests/concurrency")
BROWSER = ("tests/browser", "tests/journeys")
TIERS = ("check", "unit", "faults", "browser")
_NO_TESTS = 5  # pytest's exit code when it collected nothing
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test(arguments: Sequence[str]) -> int:
    """Run the named tier, or all; what follows goes to pytest."""
    if arguments and arguments[0] in TIERS:
        tiers, rest = [arguments[0]], list(arguments[1:])
    else:
        tiers, rest = [*TIERS], list(arguments)
    results = []
    if "check" in tiers:
        results.append(check())
    if others := [tier for tier in tiers if tier != "check"]:
        with services.throw_away() as taken:
            surroundings = {**os.environ, **places.caches(), **taken.environment()}
            results += [_tier(tier, rest, surroundings) for tier in others]
    print()
    for _passed, line in results:
        print(line)
    return 0 if all(passed for passed, _line in results) else 1


def _tier(tier: str, rest: Sequence[str], surroundings: dict[str, str]) -> tuple[bool, str]:
    folders = _folders(tier)
    if not folders:
        return True, f"{tier}: no tests"
    print(f"\n--- {tier}", flush=True)
    if tier == "browser":
        try:
            surroundings = {**surroundings, "CHROMIUM": browser.find()}
        except SystemExit as refusal:
            return False, f"browser: {refusal}"
    # only the unit tier: the others start processes and browsers enough of their own
    both = ["--numprocesses=2", "--dist=worksteal"] if tier == "unit" else []
    code, line = _pytest([*both, *folders, *rest], surroundings)
    return code in {0, _NO_TESTS}, f"{tier}: {line}"


def _folders(tier: str) -> list[str]:
    if tier == "unit":
        return ["tests", *(f"--ignore={folder}" for folder in (*FAULTS, *BROWSER))]
    chosen = FAULTS if tier == "faults" else BROWSER
    return [folder for folder in chosen if (places.ROOT / folder).is_dir()]


def _pytest(arguments: Sequence[str], surroundings: dict[str, str]) -> tuple[int, str]:
    """Show pytest's output as it comes; its exit code and its last line."""
    last = ""
    command = [sys.executable, "-m", "pytest", "-q", "--durations=5", *arguments]
    with subprocess.Popen(
        command, cwd=places.ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = _COLOUR.sub("", line).strip(" =\n") or last
    return process.returncode, last
