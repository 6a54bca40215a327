"""Whole portals: gunicorn, a worker and beat as processes of their own, on a database of their own.

The test's own ORM is pointed at the same database, and everything it writes is committed.
Browser tests and kill -9 tests live on this.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from celery import Celery
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_django.plugin import DjangoDbBlocker

from common import clock
from devkit import places, temporary
from devkit.processes import Processes, wait_until_served
from devkit.redis import Server
from devkit.running import free_port
from tests.cast import Company, build_acme, build_globex

_numbers = count(1)
ALL = ("web", "worker", "beat")
# a connection for each request: one kept open may be closed by the server just when the next is sent
FRESH = httpx.Limits(max_keepalive_connections=0)


@dataclass
class Portal:
    """A running portal and what a test does to it."""

    address: str
    database_url: str
    redis: Server
    processes: Processes

    def acme(self) -> Company:
        """Our merchant, committed."""
        return build_acme(clock.now())

    def globex(self) -> Company:
        """The stranger's merchant, committed."""
        return build_globex(clock.now())

    def http(self) -> httpx.Client:
        """A browser without a screen."""
        return httpx.Client(base_url=self.address, follow_redirects=True, timeout=120, limits=FRESH)

    def outbox(self) -> list[dict[str, Any]]:
        """What would have been sent, newest first."""
        with self.http() as http:
            found: list[dict[str, Any]] = http.get("/sandbox/outbox.json").json()["items"]
        return found

    def run_task(self, name: str, *arguments: object) -> None:
        """Ask this portal's worker, as beat would in a while."""
        broker = (
            self.processes.environment["REDIS_URL"].replace("unix:", "redis+socket:").replace("?db=", "?virtual_host=")
        )
        with Celery(broker=broker, set_as_current=False) as app:
            app.send_task(name, args=list(arguments), ignore_result=True)

    def manage(self, *arguments: str) -> str:
        """Run a management command in this portal's environment; its output."""
        return _manage(self.processes.environment, *arguments)


@pytest.fixture(scope="session")
def template_database() -> Iterator[str]:
    """A migrated database that others are cloned from."""
    name = f"template_{os.getpid()}"
    with _server() as server:
        _recreate(server, name)
    _manage({**os.environ, "DATABASE_URL": _url(name)}, "migrate", "--no-input", "--verbosity", "0")
    yield name
    with _server() as server:
        _drop(server, name)


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files as they are served, made once."""
    folder = tmp_path_factory.mktemp("static")
    surroundings = {**os.environ, "COUNTERFOIL_STATIC_ROOT": str(folder)}
    _manage(surroundings, "collectstatic", "--no-input", "--verbosity", "0")
    return folder


@contextmanager
def running_portal(
    blocker: DjangoDbBlocker, template: str, static: Path, *, start: tuple[str, ...] = ALL, **extra: str
) -> Iterator[Portal]:
    """A portal on a clone of the template; `extra` are environment variables."""
    name = f"portal_{os.getpid()}_{next(_numbers)}"
    with _server() as server:
        _recreate(server, name, template)
    with temporary.folder() as folder:
        redis = _redis(folder)
        address, surroundings = _surroundings(
            folder, static, {**extra, "REDIS_URL": redis.url, "DATABASE_URL": _url(name)}
        )
        processes = Processes(folder / "log", surroundings)
        try:
            processes.start(*start)
            if "web" in start:
                wait_until_served(address, processes)
            with _orm_on(name, blocker):
                yield Portal(address, _url(name), redis, processes)
        finally:
            for running in list(processes.running):
                processes.kill(running)  # to end by themselves takes them seconds, and nobody reads what they leave
            redis.stop()
            with _server() as server:  # a test may have restarted it
                _drop(server, name)


@pytest.fixture
def processes(django_db_blocker: DjangoDbBlocker, template_database: str, collected_static: Path) -> Iterator[Portal]:
    """A portal for this test alone."""
    with running_portal(django_db_blocker, template_database, collected_static) as portal:
        yield portal


@pytest.fixture(scope="module")
def shared_portal(
    django_db_blocker: DjangoDbBlocker, template_database: str, collected_static: Path
) -> Iterator[Portal]:
    """A portal that the tests of one module share."""
    with running_portal(django_db_blocker, template_database, collected_static) as portal:
        yield portal


def _surroundings(folder: Path, static: Path, more: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    port = free_port(20000 + (os.getpid() * 7 + next(_numbers) * 13) % 12000)  # the system gives out those above 32767
    address = f"http://localhost:{port}"
    return address, {
        **places.caches(),
        "COUNTERFOIL_SANDBOX": "1",
        "COUNTERFOIL_PUBLIC_URL": address,
        "COUNTERFOIL_BIND": f"127.0.0.1:{port}",
        "COUNTERFOIL_DATA_DIR": str(folder),
        "COUNTERFOIL_STATIC_ROOT": str(static),
        **more,
    }


def _redis(folder: Path) -> Server:
    server = Server(folder / "redis", folder, durable=True)
    server.start()
    return server


@contextmanager
def _orm_on(name: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let this process' ORM see the portal's database."""
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connection.close()
    settings["NAME"] = name
    try:
        with blocker.unblock():
            yield
    finally:
        connection.close()
        settings["NAME"] = before


def _url(name: str) -> str:
    return make_conninfo(os.environ["DATABASE_URL"], dbname=name)


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        yield server


def _recreate(server: psycopg.Connection, name: str, template: str = "template0") -> None:
    _drop(server, name)
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _manage(surroundings: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=False, cwd=places.ROOT, env=dict(surroundings), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
