"""One page, measured: what it asks of the database, weighs, takes and costs."""

from __future__ import annotations

import gzip
import json
import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from bench.client import Ask, Run, many, once
from bench.counting import HEADER
from bench.meter import DatabaseMeter, web_seconds
from bench.place import Served

_WARM = 24  # six for each connection: templates, pools and caches of both processes
_ROUNDS = 5
_BARE_SECONDS = 1.0
_BARE_RUNS = 200


@dataclass(slots=True)
class Measured:
    """CPU in milliseconds per request, sizes in bytes, times in milliseconds."""

    name: str
    who: str
    app_ms: float | None = None
    db_ms: float | None = None
    sql: int | None = None
    size: int | None = None
    gzip: int | None = None
    p50: float | None = None
    p95: float | None = None
    rate: float | None = None
    requests: int = 0
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Round:
    """One of several short runs: CPU milliseconds per request."""

    run: Run
    app_ms: float
    db_ms: float | None


@dataclass(frozen=True)
class Measurer:
    """Measures pages of one gunicorn; bounded in count and time.

    CPU and rate are those of the quietest of several rounds: others who use the
    machine make the same work dearer, never cheaper. Waiting times are of all rounds.
    """

    served: Served
    database: DatabaseMeter
    requests: int
    seconds: float

    def page(self, name: str, who: str, ask: Ask) -> tuple[Measured, list[str]]:
        """The figures, and the statements the page ran."""
        status, body = once(self.served.port, ask)
        if status != 200:  # noqa: PLR2004
            return Measured(name, who, problem=f"answers {status}"), []
        _status, answer = once(self.served.port, ask, **{HEADER: "1"})
        statements: list[str] = json.loads(answer)["statements"]
        many(self.served.port, ask, requests=_WARM, seconds=self.seconds)
        rounds = [self._round(ask) for _ in range(_ROUNDS)]
        times = sorted(answered for each in rounds for answered in each.run.times)
        measured = Measured(
            name,
            who,
            app_ms=min(each.app_ms for each in rounds),
            db_ms=min((each.db_ms for each in rounds if each.db_ms is not None), default=None),
            sql=len(statements),
            size=len(body),
            gzip=len(gzip.compress(body, 6)),
            p50=statistics.median(times) * 1000,
            p95=times[int(len(times) * 0.95)] * 1000,
            rate=max(len(each.run.times) / each.run.seconds for each in rounds),
            requests=len(times),
            problem=next((each.run.problem for each in rounds if each.run.problem), ""),
        )
        return measured, statements

    def _round(self, ask: Ask) -> Round:
        web, database = web_seconds(self.served.pid), self.database.seconds()
        run = many(self.served.port, ask, requests=self.requests // _ROUNDS, seconds=self.seconds / _ROUNDS)
        done = len(run.times)
        app = (web_seconds(self.served.pid) - web) * 1000 / done
        return Round(run, app, _per(database, self.database.seconds(), done))

    def bare(self, name: str, address: str, statements: list[str]) -> Measured:
        """The page's own statements by psycopg alone, one after the other."""
        times: list[float] = []
        with psycopg.connect(address, autocommit=True) as connection:
            _replay(connection, statements)
            database, cpu, began = self.database.seconds(), time.process_time(), time.perf_counter()
            while len(times) < _BARE_RUNS and time.perf_counter() - began < _BARE_SECONDS:
                started = time.perf_counter()
                _replay(connection, statements)
                times.append(time.perf_counter() - started)
            cpu, took = time.process_time() - cpu, time.perf_counter() - began
            after = self.database.seconds()
        return Measured(
            name,
            "bare SQL",
            app_ms=cpu * 1000 / len(times),
            db_ms=_per(database, after, len(times)),
            sql=len(statements),
            p50=statistics.median(times) * 1000,
            p95=sorted(times)[int(len(times) * 0.95)] * 1000,
            rate=len(times) / took,
            requests=len(times),
        )


def _replay(connection: psycopg.Connection[Any], statements: list[str]) -> None:
    for statement in statements:
        cursor = connection.execute(statement)
        if cursor.description:
            cursor.fetchall()


def _per(before: float | None, after: float | None, count: int) -> float | None:
    return None if before is None or after is None else (after - before) * 1000 / count
