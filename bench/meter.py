"""CPU seconds of the web processes and of PostgreSQL, as the kernel counts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import psycopg

_BACKGROUND = "SELECT pid FROM pg_stat_activity WHERE backend_type NOT IN ('client backend', 'parallel worker')"


def web_seconds(master: int) -> float:
    """What gunicorn's workers have used."""
    return sum(_own(child) for child in psutil.Process(master).children())


class DatabaseMeter:
    """What all backends have used, also those that have ended; background processes left out."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.postmaster = _postmaster(connection)

    def seconds(self) -> float | None:
        """CPU seconds so far; None when PostgreSQL is not on this machine."""
        if self.postmaster is None:
            return None
        background = {row[0] for row in self.connection.execute(_BACKGROUND)}
        times = self.postmaster.cpu_times()
        ended: float = times.children_user + times.children_system
        return ended + sum(_own(child) for child in self.postmaster.children() if child.pid not in background)


def _own(process: psutil.Process) -> float:
    """What a process has used so far, all its threads together."""
    try:
        # in nanoseconds; the times in `stat` are the same sum in steps of ten milliseconds
        threads = Path(f"/proc/{process.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except OSError:
        pass
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _postmaster(connection: psycopg.Connection[Any]) -> psutil.Process | None:
    if not connection.info.host.startswith("/"):
        return None
    try:
        parent = psutil.Process(connection.info.backend_pid).parent()
    except psutil.NoSuchProcess:
        return None
    return parent if parent and "postgres" in parent.name() else None
