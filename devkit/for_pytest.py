"""A pytest plugin: real services before Django reads its settings.

`./dev test` starts them once for all tiers; a plain `python -m pytest` starts its own.
Workers of pytest-xdist share them: pytest-django gives each its database, this
module each its numbered database of Redis.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from urllib.parse import urlsplit

from devkit import places, services

_DEFAULTS = {
    "COUNTERFOIL_PUBLIC_URL": "http://testserver",
    "HYPOTHESIS_STORAGE_DIRECTORY": str(places.DATA / "cache" / "hypothesis"),
}


def start() -> None:
    """Fill the environment with throw-away services, starting them where nobody has.

    Services that DATABASE_URL and REDIS_URL name are never taken: tests empty theirs.
    """
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    if services.THROW_AWAY in os.environ:
        if worker := os.environ.get("PYTEST_XDIST_WORKER"):
            os.environ["REDIS_URL"] = _numbered(os.environ["REDIS_URL"], 1 + int(worker.removeprefix("gw")))
        return
    stack = ExitStack()
    atexit.register(stack.close)
    os.environ.update(stack.enter_context(services.throw_away()).environment())


def _numbered(url: str, number: int) -> str:
    """The same Redis, another of its databases."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts._replace(query=f"db={number}").geturl()
    return parts._replace(path=f"/{number}").geturl()


start()
