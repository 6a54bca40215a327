"""Short-lived folders of tests, and the sweeping up after a killed one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from devkit import people
from devkit.postgres import Cluster
from devkit.processes import Processes, is_alive
from devkit.redis import Server

_PREFIX = "counterfoil-test-"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for services, with a path short enough for sockets, that names its owner."""
    base = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_short()))
    people.own(base)
    (base / "owner").write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


def sweep() -> None:
    """Stop and remove what killed test runs left behind."""
    for base in Path(_short()).glob(f"{_PREFIX}*"):
        with suppress(OSError, ValueError):
            pid, born = (base / "owner").read_text().split()
            if not is_alive(int(pid), float(born)):
                _clear(base)


def _clear(base: Path) -> None:
    if (base / "log").exists():
        Processes(base / "log", {}).clear_leftovers()
    if (base / "postgres" / "postmaster.pid").exists():
        Cluster(base / "postgres", base, durable=False).stop()
    if (base / "redis").exists():
        Server(base / "redis", base, durable=False).stop()
    shutil.rmtree(base, ignore_errors=True)


def _short() -> str:
    # the system's temporary folder may have a path too long for sockets (macOS)
    return "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108
