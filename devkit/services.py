"""Which PostgreSQL and which Redis: given by address, found here, or brought along."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devkit import places, temporary
from devkit.postgres import Cluster
from devkit.redis import Server

THROW_AWAY = "COUNTERFOIL_THROW_AWAY"  # tests empty only services that carry this mark


@dataclass(slots=True)
class Services:
    """Addresses, words for people, and how to stop what was started."""

    database_url: str
    redis_url: str
    postgres: str
    redis: str
    is_lasting: bool = True
    cluster: Cluster | None = None
    server: Server | None = None
    stops: list[Callable[[], None]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What a process of the portal needs to find both, and whether they may be emptied."""
        marks = {} if self.is_lasting else {THROW_AWAY: "1"}
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url, **marks}

    def stop(self) -> None:
        """Stop what was started here, the last one first."""
        while self.stops:
            self.stops.pop()()


def lasting() -> Services:
    """The services of `./dev run`: their data stays, and a killed run's are taken over."""
    return _resolve(lambda: (places.services(), places.sockets()), durable=True)


@contextmanager
def throw_away() -> Iterator[Services]:
    """Services that forget everything, in a short temporary folder; never those of the environment."""
    temporary.sweep()
    with temporary.folder() as base:
        services = _resolve(lambda: (base, base), durable=False)
        try:
            yield services
        finally:
            services.stop()


def _resolve(where: Callable[[], tuple[Path, Path]], *, durable: bool) -> Services:
    given = os.environ if durable else {}
    services = Services(
        given.get("DATABASE_URL", ""),
        given.get("REDIS_URL", ""),
        "the one DATABASE_URL names",
        "the one REDIS_URL names",
        is_lasting=durable,
    )
    if services.database_url and services.redis_url:
        return services
    base, sockets = where()
    try:
        if not services.database_url:
            _start_postgres(services, Cluster(base / "postgres", sockets, durable=durable))
        if not services.redis_url:
            _start_redis(services, Server(base / "redis", sockets, durable=durable))
    except BaseException:
        services.stop()
        raise
    return services


def _start_postgres(services: Services, cluster: Cluster) -> None:
    services.stops.append(cluster.stop)  # before it starts: Ctrl-C may come between
    fresh = cluster.start()
    services.cluster = cluster
    cluster.create("counterfoil")
    services.database_url = cluster.url("counterfoil")
    binaries = cluster.binaries
    taken = "" if fresh else ", taken over from an earlier run"
    services.postgres = f"PostgreSQL {binaries.version} of {binaries.source}{taken}"


def _start_redis(services: Services, server: Server) -> None:
    services.stops.append(server.stop)
    fresh = server.start()
    services.server = server
    services.redis_url = server.url
    services.redis = server.source + ("" if fresh else ", taken over from an earlier run")
