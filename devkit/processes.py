"""The portal's processes: started, watched, stopped; what a killed run left is cleared."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from devkit import places

GRACE = 12  # seconds a process gets to end by itself; gunicorn's own grace is 10
_CELERY = (sys.executable, "-m", "celery", "-A", "portal")
_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def commands(schedule: Path) -> dict[str, list[str]]:
    """The three processes of a portal."""
    return {
        "web": [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"],
        "worker": [*_CELERY, "worker", "--concurrency", "2", "--loglevel", "INFO", *_QUIET],
        "beat": [*_CELERY, "beat", "--loglevel", "INFO", "--schedule", str(schedule), "--pidfile="],
    }


class Processes:
    """A portal of web, worker and beat, each in a group of its own with its own log."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.record = folder / "processes.json"
        self.environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self.commands = commands(folder / "beat-schedule")
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start these, or all three."""
        for name in names or self.commands:
            # a file, not a pipe: the process must survive whoever started it
            with self.log(name).open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.commands[name],
                    cwd=places.ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        self._remember()

    def log(self, name: str) -> Path:
        """Where this process writes."""
        return self.folder / f"{name}.log"

    def tail(self, name: str, lines: int = 25) -> str:
        """The end of its log."""
        with suppress(OSError):
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])
        return ""

    def ended(self) -> list[str]:
        """The names of those that stopped by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def kill(self, name: str) -> None:
        """kill -9, as a machine that loses its power would."""
        process = self.running.pop(name)
        _signal(process.pid, signal.SIGKILL)
        process.wait()
        self._remember()

    def stop(self, *names: str) -> None:
        """End these, or all: first asked, then made to."""
        chosen = [self.running.pop(name) for name in names or list(self.running) if name in self.running]
        for process in chosen:
            _ask(process.pid)
        deadline = time.monotonic() + GRACE
        for process in chosen:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal(process.pid, signal.SIGKILL)
            process.wait()
        self._remember()

    def clear_leftovers(self) -> int:
        """Kill what an earlier run, itself killed, could not stop; how many there were."""
        return clear(self.record)

    def _remember(self) -> None:
        _write(self.record, self.running.values())


def carry_out(command: Sequence[str], environment: Mapping[str, str], record: Path) -> int:
    """Run something to its end, in a group of its own; its exit code.

    Cut short, it ends with us; while it runs, `record` names it for whoever clears up after a kill -9.
    """
    with subprocess.Popen(command, cwd=places.ROOT, env=environment, start_new_session=True) as process:
        _write(record, [process])
        try:
            return process.wait()
        except BaseException:
            _signal(process.pid, signal.SIGKILL)
            raise
        finally:
            record.unlink(missing_ok=True)


def _write(record: Path, processes: Iterable[subprocess.Popen[bytes]]) -> None:
    known = []
    for process in processes:
        with suppress(psutil.Error):
            known.append((process.pid, psutil.Process(process.pid).create_time()))
    record.write_text(json.dumps(known))


def clear(record: Path) -> int:
    """Kill what this record names and still runs; how many there were."""
    with suppress(OSError, ValueError):
        known = json.loads(record.read_text())
        left = [pid for pid, born in known if is_alive(pid, born)]
        for pid in left:
            _signal(pid, signal.SIGKILL)
        for pid in left:
            _wait_for_end(pid)
        record.unlink()
        return len(left)
    return 0


def is_alive(pid: int, born: float) -> bool:
    """Whether this very process still runs (numbers are used again)."""
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - born) < 1 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _ask(pid: int) -> None:
    # only the leader: Celery's pool must finish its tasks, and gunicorn tells its workers
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _wait_for_end(pid: int) -> None:
    with suppress(psutil.Error):
        psutil.Process(pid).wait(timeout=5)


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def wait_until_served(address: str, processes: Processes, seconds: float = 180) -> None:
    """Return once the portal answers; tell the log's end when it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and "web" not in processes.ended():
        if _answers(address):
            return
        time.sleep(0.1)
    raise SystemExit(f"The portal did not start:\n{processes.tail('web')}")


def _answers(address: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
