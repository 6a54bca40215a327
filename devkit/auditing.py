"""`./dev audit`: the orders of `./dev run`, whether it runs or not."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from devkit import places, services
from devkit.running import FIRST_PORT, environment, manage


def audit(arguments: Sequence[str]) -> int:
    """Compare every order with its operations, timeline and gateway; 1 when anything differs."""
    with _beside_run() as is_running:
        taken = services.lasting()
        try:
            # the gateway is asked within the process: it answers from the same database
            surroundings = {
                **os.environ,
                **environment(taken, FIRST_PORT),
                "COUNTERFOIL_SANDBOX_TRANSPORT": "wsgi",
            }
            if not is_running:
                manage(surroundings, "migrate", "--no-input", "--verbosity", "0")
            command = [sys.executable, "manage.py", "audit", "--gateway", *arguments]
            return subprocess.run(command, check=False, cwd=places.ROOT, env=surroundings).returncode
        finally:
            if not is_running:
                taken.stop()


@contextmanager
def _beside_run() -> Iterator[bool]:
    """Whether the portal runs; if not, it cannot start meanwhile."""
    places.DATA.mkdir(parents=True, exist_ok=True)
    with (places.DATA / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield True
        else:
            yield False
