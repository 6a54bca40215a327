"""`./dev run` as somebody types it: started, started twice, killed, interrupted; what it leaves behind is nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from devkit import places, temporary
from devkit.running import free_port
from tests.faults.aftermath import until

_STARTS = 300  # seconds; the first start makes a database
_STOPS = 120
_OURS = {"DATABASE_URL", "REDIS_URL", "HOST", "COUNTERFOIL_PUBLIC_URL"}


class Run:
    """A `./dev run` in a data folder of its own, with people and no orders."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.output = folder / "output"
        surroundings = {name: value for name, value in os.environ.items() if name not in _OURS}
        small = {"DEMO_ORDERS": "0", "COUNTERFOIL_WEB_PROCESSES": "1"}
        self.environment = {**surroundings, **small, "DEV_DATA": str(folder), "PORT": str(port)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "devkit", "run"],
                cwd=places.ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self) -> str:
        """What it has printed so far."""
        return self.output.read_text()

    def is_at_work(self) -> None:
        """Its services run, and the first command does."""
        errand = self.folder / "errand.json"
        assert until(lambda: errand.exists() or self.process.poll() is not None, _STARTS)
        assert self.process.poll() is None, self.says()

    def is_up(self) -> str:
        """The address once everything runs."""
        assert until(lambda: "Ctrl-C stops everything" in self.says() or self.process.poll() is not None, _STARTS)
        found = re.search(r"Counterfoil +(http://localhost:\d+)", self.says())
        assert found, self.says()
        assert httpx.get(f"{found[1]}/sign-in/", timeout=_STOPS).status_code == 200
        return found[1]

    def end(self, number: signal.Signals) -> int:
        """Press Ctrl-C, or what else ends it; the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(_STOPS)

    def left(self) -> list[str]:
        """The processes of this folder that still run, services included."""
        return [" ".join(process.cmdline()) for process in _processes_of(self.folder)]


def _processes_of(folder: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _belongs(process, str(folder))]


def _belongs(process: psutil.Process, folder: str) -> bool:
    with suppress(psutil.Error, OSError):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return any(folder in word for word in process.cmdline()) or process.environ().get("DEV_DATA") == folder
    return False


@contextmanager
def _taken_port() -> Iterator[int]:
    """A port below those the system gives out: the next one is still free once the portal needs it."""
    port = free_port(20000 + os.getpid() * 7 % 12000)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield port


@pytest.fixture
def folder() -> Iterator[Path]:
    """Data of a clone where nothing ran yet; what still runs in the end is killed."""
    with temporary.folder() as found:
        try:
            yield found
        finally:
            for process in _processes_of(found):
                with suppress(psutil.Error):
                    process.kill()


def test_however_it_ends_the_next_run_goes_on_from_there(folder: Path) -> None:
    """One folder through every end, each portal only as far as the next one needs: a start is dear."""
    _ends_before_it_is_up(folder, signal.SIGHUP)
    cut = Run(folder, 8000)
    assert until(lambda: _has_merchants(folder), _STARTS)
    cut.end(signal.SIGKILL)
    with _taken_port() as port:
        filled = Run(folder, port)
        _introduces_itself(filled, port, filled.is_up())
    _refuses_a_second_one(folder)
    filled.end(signal.SIGKILL)
    assert filled.left()  # its children have sessions of their own
    cleared = Run(folder, 8000)
    cleared.is_at_work()
    assert "Stopped 3 processes that an earlier run left behind." in cleared.says()
    _power_goes(cleared)
    last = Run(folder, 8000)
    last.is_up()
    assert "taken over" not in last.says()
    for later in (cleared, last):
        assert "Filling the empty database" not in later.says()
    assert "alice@example.com" in last.says()
    os.killpg(last.process.pid, signal.SIGINT)
    assert until(lambda: "Stopping." in last.says())
    assert last.end(signal.SIGINT) == 0  # a second Ctrl-C does not cut the tidying short
    _left_nothing(last)
    _ends_before_it_is_up(folder, signal.SIGTERM)


def _introduces_itself(run: Run, taken: int, address: str) -> None:
    said = run.says()
    assert f"Port {taken} is taken: using {address.rpartition(':')[2]}." in said
    assert "Filling the empty database" in said
    assert re.search(r"Database +PostgreSQL \d+ of .+, taken over from an earlier run", said)
    assert re.search(r"Redis +\S.+, taken over from an earlier run", said)
    assert f"{address}/sandbox/outbox/" in said
    assert httpx.get(f"{address}/sandbox/outbox/", timeout=_STOPS).status_code == 200
    for name in ("alice", "adam", "ulla", "sofie", "dina", "erik", "rita", "tom"):
        assert f"{name}@example.com" in said


def _ends_before_it_is_up(folder: Path, number: signal.Signals) -> None:
    run = Run(folder, 8000)
    run.is_at_work()
    assert run.end(number) == 0
    _left_nothing(run)


def _left_nothing(run: Run) -> None:
    assert run.left() == []
    assert "Traceback" not in run.says()


def _power_goes(run: Run) -> None:
    for process in _processes_of(run.folder):
        with suppress(psutil.Error):
            process.kill()
    run.process.wait(_STOPS)


def _has_merchants(folder: Path) -> bool:
    """Whether the demo has begun to fill the database."""
    address = f"postgresql:///counterfoil?host={folder}/services/run&user=counterfoil"
    with suppress(psycopg.Error), psycopg.connect(address) as database:
        return database.execute("SELECT EXISTS (SELECT 1 FROM accounts_merchant)").fetchone() == (True,)
    return False


def _refuses_a_second_one(folder: Path) -> None:
    beside = {**os.environ, "DEV_DATA": str(folder)}
    command = [sys.executable, "-m", "devkit", "run"]
    done = subprocess.run(command, check=False, cwd=places.ROOT, env=beside, capture_output=True, text=True)
    assert done.returncode == 1
    assert (done.stdout + done.stderr) == "The portal of this clone is running already: stop it first (Ctrl-C).\n"


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac's Chrome is found wherever PATH leads")
def test_without_a_chromium_the_browser_tier_says_so_in_one_line(tmp_path: Path) -> None:
    bare = {**os.environ, "PATH": str(tmp_path), "CHROMIUM": ""}
    command = [sys.executable, "-m", "devkit", "test", "browser"]
    done = subprocess.run(command, check=False, cwd=places.ROOT, env=bare, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("browser: No Chromium: install it")
