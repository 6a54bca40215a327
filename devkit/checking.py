"""`./dev check`: everything that can be known without running the portal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from devkit import places

_PY = (sys.executable, "-m")

# what a production installation would set, so that Django's deployment check sees one
_DEPLOYED = {
    "COUNTERFOIL_PRODUCTION": "1",
    "COUNTERFOIL_SECRET_KEY": "only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
    "COUNTERFOIL_PUBLIC_URL": "https://portal.example",
    "COUNTERFOIL_EMAIL_FROM": "portal@portal.example",
    "COUNTERFOIL_EMAIL_HOST": "mail.portal.example",
    "COUNTERFOIL_HSTS_SUBDOMAINS": "1",  # Django's check wants both; our default leaves them to the operator
    "COUNTERFOIL_HSTS_PRELOAD": "1",
    "COUNTERFOIL_STATIC_ROOT": str(places.DATA / "static"),
    "DATABASE_URL": "postgresql://portal@db.example/portal",
    "REDIS_URL": "redis://redis.example/0",
    "COUNTERFOIL_SANDBOX": "0",
}
_OFFLINE = {"PYTHONWARNINGS": "ignore"}  # makemigrations remarks that it saw no database

Step = tuple[str, tuple[str, ...], dict[str, str]]
STEPS: list[Step] = [
    ("types", (*_PY, "mypy"), {}),
    ("format", (*_PY, "ruff", "format", "--check", "."), {}),
    ("lint", (*_PY, "ruff", "check", "."), {}),
    ("layers", (*_PY, "importlinter.cli", "--no-cache"), {}),
    ("templates", (*_PY, "djlint", "templates", "--lint", "--quiet"), {}),
    ("migrations", (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"), _OFFLINE),
    ("deployment", (sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"), _DEPLOYED),
]


def check() -> tuple[bool, str]:
    """Run all steps, two at a time; whether all passed, and a closing line."""
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        failed = [name for name, ok in pool.map(_step, STEPS) if not ok]
    seconds = time.monotonic() - started
    verdict = f"failed: {', '.join(failed)}" if failed else f"{len(STEPS)} passed"
    return not failed, f"check: {verdict} in {seconds:.1f}s"


def _step(step: Step) -> tuple[str, bool]:
    name, command, extra = step
    done = subprocess.run(
        command,
        check=False,
        cwd=places.ROOT,
        env={**os.environ, **places.caches(), **extra},
        capture_output=True,
        text=True,
    )
    ok = done.returncode == 0
    print(f"{'ok    ' if ok else 'FAILED'} {name}" + ("" if ok else f"\n{done.stdout}{done.stderr}"), flush=True)
    return name, ok
