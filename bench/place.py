"""Where a bench runs: a database of its own, two gunicorns on loopback, a temporary folder."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from devkit import places
from devkit.processes import Processes, wait_until_served
from devkit.running import free_port

_FIRST_PORT = 18300
_GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]


@dataclass(frozen=True)
class Served:
    """One gunicorn: its port and its master's process number."""

    port: int
    pid: int


@contextmanager
def database() -> Iterator[str]:
    """An empty database on the server of DATABASE_URL, dropped afterwards; its address."""
    server = os.environ["DATABASE_URL"]
    name = f"counterfoil_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _address(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _address(server: str, name: str) -> str:
    parts = conninfo_to_dict(server)
    host = parts.get("host", "")
    user = parts.get("user", "")
    return (
        f"postgresql:///{name}?host={host}&user={user}"
        if not parts.get("password")
        else make_conninfo(server, dbname=name)
    )


@contextmanager
def surroundings(database_url: str) -> Iterator[Path]:
    """The environment of a production-like portal in a folder of its own; this process gets it too."""
    with tempfile.TemporaryDirectory(prefix="cf-bench-", dir="/tmp") as folder:
        os.environ.update(
            places.caches(),
            DATABASE_URL=database_url,
            DJANGO_SETTINGS_MODULE="bench.settings",
            COUNTERFOIL_DATA_DIR=folder,
            COUNTERFOIL_STATIC_ROOT=f"{folder}/static",
            COUNTERFOIL_PUBLIC_URL="http://localhost",
        )
        yield Path(folder)


@contextmanager
def served(folder: Path) -> Iterator[tuple[Served, Served]]:
    """The portal, and the plain admin, each by gunicorn as in production."""
    with ExitStack() as stack:
        portal = stack.enter_context(_gunicorn(folder / "portal", {}))
        plain = stack.enter_context(_gunicorn(folder / "plain", {"BENCH_PLAIN": "1"}))
        yield portal, plain


@contextmanager
def _gunicorn(folder: Path, extra: dict[str, str]) -> Iterator[Served]:
    port = free_port(_FIRST_PORT)
    processes = Processes(folder, {"COUNTERFOIL_BIND": f"127.0.0.1:{port}", **extra})
    processes.commands = {"web": _GUNICORN}
    try:
        processes.start("web")
        wait_until_served(f"http://127.0.0.1:{port}", processes)
        yield Served(port, processes.running["web"].pid)
    finally:
        processes.stop()
