"""Where things lie: everything below `.data` (or DEV_DATA), unless services cannot live there."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from devkit import people

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DEV_DATA") or ROOT / ".data").resolve()
LOGS = DATA / "log"
_LONGEST_SOCKET_FOLDER = 80  # a unix socket's path holds 107 bytes, its name up to 27


def mark() -> str:
    """A short name of this data folder, so that two of them stand side by side."""
    return hashlib.sha256(str(DATA).encode()).hexdigest()[:10]


@lru_cache(maxsize=1)
def services() -> Path:
    """The folder of PostgreSQL's and Redis' data.

    Below /var/tmp when the user they run as cannot reach this clone (a parent is 0700).
    """
    DATA.mkdir(parents=True, exist_ok=True)
    folder = people.own(DATA / "services")
    if people.can("/bin/sh", "-c", f'cd "{folder}" && : > .reach'):
        return folder
    elsewhere = people.own(Path("/var/tmp") / f"counterfoil-{mark()}")  # noqa: S108
    print(f"Services cannot reach {folder}: their data lies in {elsewhere}")
    return elsewhere


def sockets() -> Path:
    """A folder with a path short enough for unix sockets."""
    folder = services() / "run"
    if len(str(folder)) > _LONGEST_SOCKET_FOLDER:
        folder = Path("/tmp") / f"counterfoil-{mark()}-{os.geteuid()}"  # noqa: S108
    return people.own(folder)


def caches() -> dict[str, str]:
    """Caches of tools stay inside the clone."""
    cache = DATA / "cache"
    return {
        "XDG_CACHE_HOME": str(cache),
        "UV_CACHE_DIR": str(cache / "uv"),
        "MYPY_CACHE_DIR": str(cache / "mypy"),
        "RUFF_CACHE_DIR": str(cache / "ruff"),
        "UV_PYTHON_DOWNLOADS": "never",
    }
