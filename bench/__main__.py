"""`./dev bench [--orders N] [--json]`: measure the portal beside the Django admin, in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import place

_SHOWN = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def main(arguments: list[str]) -> int:
    """Load, serve, measure, print; 1 when a page did not answer."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000, help="how many orders to load (10000)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--requests", type=int, default=400, help="at most so many for each page (400)")
    parser.add_argument("--seconds", type=float, default=2.0, help="and no longer than this (2)")
    parser.add_argument("--only", default="", help="measure pages whose name contains this, and no jobs")
    chosen = parser.parse_args(arguments)
    # asked to end, take the servers and the database along
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with place.database() as address, place.surroundings(address) as folder:
        found = bench(chosen, address, folder)
    if chosen.json:
        print(json.dumps(found, indent=1))
    return 1 if any(row["problem"] for row in found["pages"]) else 0


def bench(chosen: argparse.Namespace, address: str, folder: Path) -> dict[str, Any]:
    """One run on an empty database."""
    say = _Teller(is_quiet=chosen.json)
    _prepare()
    from bench import cast as casting
    from bench import report
    from bench.load import Loader
    from bench.meter import DatabaseMeter

    at = datetime.now(UTC)
    with psycopg.connect(address, autocommit=True) as server:
        cast = casting.build(at)
        say.lap()
        rows = Loader(cast).load(server, chosen.orders, at)
        facts = _facts(server, chosen.orders)
        say(f"{facts['machine']}\n{facts['database']}")
        say(f"{chosen.orders:,} orders, {sum(rows.values()):,} rows loaded in {say.lap():.1f} s\n")
        meter = DatabaseMeter(server)
        with place.served(folder) as served:
            pages = _pages(chosen, served, meter, cast, address)
        say(report.table(pages))
        found = {**facts, "rows": rows, "pages": [page.as_json() for page in pages]}
        if not chosen.only:
            found["jobs"] = _jobs(cast, meter, address)
            say(f"\n{report.jobs(found['jobs'])}")
    found["seconds"] = say.total()
    say(f"\nAll in {found['seconds']:.0f} s.")
    return found


def _prepare() -> None:
    """Django with the bench's settings, tables and static files."""
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def _pages(chosen: argparse.Namespace, served: Any, meter: Any, cast: Any, address: str) -> list[Any]:
    from bench.cases import Cases
    from bench.cast import sign_in
    from bench.measure import Measurer

    cases = Cases(cast.stores["SE"].merchant, sign_in(cast.user))
    portal, admin = (Measurer(each, meter, chosen.requests, chosen.seconds) for each in served)
    found = [portal.page("constant 40 kB page", "constant", cases.constant())[0]]
    for case in cases.everything():
        if chosen.only not in case.name:
            continue
        measured, statements = portal.page(case.name, "portal", case.portal)
        found.append(measured)
        if case.admin is not None:
            found.append(admin.page(case.name, "admin", case.admin)[0])
        if statements:
            found.append(portal.bare(case.name, address, statements))
    return found


def _jobs(cast: Any, meter: Any, address: str) -> dict[str, Any]:
    from bench import jobs

    at = datetime.now(UTC)
    return {
        "links": jobs.links(cast, meter, at),
        "expiry": jobs.expiry(address, meter, at),
        "slips": jobs.slips(cast, meter, at),
    }


def _facts(server: psycopg.Connection[Any], orders: int) -> dict[str, Any]:
    settings = {name: server.execute(f"SHOW {name}").fetchone()[0] for name in _SHOWN}  # type: ignore[index]
    database = ", ".join(f"{name} {value}" for name, value in settings.items())
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores (load {load:.1f} before we began), {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return {"orders": orders, "machine": machine, "database": f"PostgreSQL: {database}"}


class _Teller:
    """Speaks unless JSON is wanted, and keeps the time."""

    def __init__(self, *, is_quiet: bool) -> None:
        self.is_quiet = is_quiet
        self.began = self.last = time.perf_counter()

    def __call__(self, words: str) -> None:
        if not self.is_quiet:
            print(words, flush=True)

    def lap(self) -> float:
        now = time.perf_counter()
        before, self.last = self.last, now
        return now - before

    def total(self) -> float:
        return time.perf_counter() - self.began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
