"""`./dev run` and `./dev demo`."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psycopg

from devkit import places, services
from devkit.processes import Processes, carry_out, clear, wait_until_served

FIRST_PORT = 8000
_PORTS_TRIED = 50
_PORTS = range(1, 65_536)
_QUICK = 20  # seconds; a process that ends sooner did not really start
_PATIENCE = 3  # quick ends until we give up
_ERRAND = "errand.json"  # the management command that runs

PEOPLE = """
SELECT DISTINCT u.name, u.email, g.role, m.name
FROM accounts_grant g JOIN accounts_member b ON b.id = g.member_id
JOIN accounts_user u ON u.id = b.user_id JOIN accounts_merchant m ON m.id = b.merchant_id
ORDER BY m.name, u.email LIMIT 16
"""


def run() -> int:
    """Start everything, say where, and wait for Ctrl-C."""
    _hear_signals(_leave)
    with _only_one("run"):
        processes = Processes(places.LOGS, {})
        _clear_up(processes)  # before a port is chosen: they hold one
        for log in places.LOGS.glob("*.log"):
            log.unlink()
        port = wanted_port()
        address = f"http://localhost:{port}"
        taken = services.lasting()
        try:
            processes.environment.update(environment(taken, port))
            prepare(processes.environment)
            processes.start()
            wait_until_served(address, processes)
            _introduce(address, taken)
            return _watch(processes)
        except KeyboardInterrupt:
            return 0
        finally:
            _hear_signals(signal.SIG_IGN)  # a second Ctrl-C must not interrupt this
            with suppress(OSError):  # the terminal may be gone
                print("\nStopping.", flush=True)
            processes.stop()
            taken.stop()


def demo() -> int:
    """Empty the database of `run` and fill it again."""
    if os.environ.get("DATABASE_URL"):
        raise SystemExit("DATABASE_URL is set: `demo` only empties the database of `./dev run`.")
    _hear_signals(_leave)
    with _only_one("run"):
        _clear_up(Processes(places.LOGS, {}))
        taken = services.lasting()
        try:
            surroundings = {**os.environ, **environment(taken, FIRST_PORT)}
            manage(surroundings, "migrate", "--no-input")
            manage(surroundings, "flush", "--no-input")
            _fill(surroundings)
        finally:
            _hear_signals(signal.SIG_IGN)
            taken.stop()
    return 0


def environment(taken: services.Services, port: int) -> dict[str, str]:
    """Settings of an embedded portal."""
    return {
        **taken.environment(),
        **places.caches(),
        "COUNTERFOIL_SANDBOX": "1",
        "COUNTERFOIL_PUBLIC_URL": f"http://localhost:{port}",
        "COUNTERFOIL_BIND": f"{os.environ.get('HOST', '127.0.0.1')}:{port}",
        "COUNTERFOIL_DATA_DIR": str(places.DATA),
        "COUNTERFOIL_STATIC_ROOT": str(places.DATA / "static"),
    }


def prepare(surroundings: dict[str, str]) -> None:
    """Bring tables and static files up to date; an empty database gets demo data."""
    manage(surroundings, "migrate", "--no-input", "--verbosity", "0")
    manage(surroundings, "collectstatic", "--no-input", "--clear", "--verbosity", "0")
    _forget_unfinished(surroundings)
    with psycopg.connect(surroundings["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT EXISTS (SELECT 1 FROM accounts_merchant)").fetchone()
    if found == (False,):
        print("Filling the empty database with demo data: 90 days of orders take a minute or two.", flush=True)
        _fill(surroundings)


def _fill(surroundings: dict[str, str]) -> None:
    """Demo data, whole or not at all: the next run must find an empty database to try again."""
    hurry = {**surroundings, "PGOPTIONS": "-c synchronous_commit=off"}
    size = ["--orders", os.environ["DEMO_ORDERS"]] if os.environ.get("DEMO_ORDERS") else []
    unfinished = _unfinished(surroundings)
    unfinished.write_text(surroundings["DATABASE_URL"])
    try:
        manage(hurry, "demo", *size)
    except BaseException:
        _forget_unfinished(surroundings)
        raise
    unfinished.unlink()


def _forget_unfinished(surroundings: Mapping[str, str]) -> None:
    """Empty the database if filling it was cut short, here or by a kill -9; another database is left alone."""
    unfinished = _unfinished(surroundings)
    if unfinished.exists() and unfinished.read_text() == surroundings["DATABASE_URL"]:
        manage(surroundings, "flush", "--no-input", "--verbosity", "0")
    unfinished.unlink(missing_ok=True)


def _unfinished(surroundings: Mapping[str, str]) -> Path:
    return Path(surroundings["COUNTERFOIL_DATA_DIR"]) / "demo.unfinished"


def manage(surroundings: Mapping[str, str], *arguments: str) -> None:
    """Run a management command; its failure is ours."""
    record = Path(surroundings["COUNTERFOIL_DATA_DIR"]) / _ERRAND
    if carry_out([sys.executable, "manage.py", *arguments], surroundings, record):
        raise SystemExit(f"manage.py {arguments[0]} failed.")


def _clear_up(processes: Processes) -> None:
    """Stop what an earlier run of this folder, itself killed, left running."""
    if left := processes.clear_leftovers() + clear(places.DATA / _ERRAND):
        print(f"Stopped {left} processes that an earlier run left behind.")


def wanted_port() -> int:
    """PORT or 8000, or the next free one, and says so."""
    given = os.environ.get("PORT") or str(FIRST_PORT)
    if not (given.isascii() and given.isdigit()) or int(given[:6]) not in _PORTS:
        raise SystemExit(f"PORT is {given}: it must be a number from {_PORTS[0]} to {_PORTS[-1]}.")
    wanted = int(given)
    port = free_port(wanted)
    if port != wanted:
        print(f"Port {wanted} is taken: using {port}.")
    return port


def free_port(wanted: int) -> int:
    """The first port from `wanted` on that nobody listens on."""
    tried = range(wanted, min(wanted + _PORTS_TRIED, _PORTS.stop))
    for port in tried:
        if _is_free(port):
            return port
    raise SystemExit(f"No free port from {wanted} to {tried[-1]}: set PORT.")


def _is_free(port: int) -> bool:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError:
            if family == socket.AF_INET or _listens(host, port):
                return False
    return True


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    """One run per clone; the lock ends with its holder, however that ends."""
    places.DATA.mkdir(parents=True, exist_ok=True)
    try:
        lock = (places.DATA / f"{name}.lock").open("a")
    except PermissionError:
        raise SystemExit(f"{places.DATA} belongs to another user: run as that user, or remove it.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("The portal of this clone is running already: stop it first (Ctrl-C).") from None
        yield


def _introduce(address: str, taken: services.Services) -> None:
    print(f"\nCounterfoil   {address}")
    print(f"Database      {taken.postgres}")
    print(f"Redis         {taken.redis}")
    print(f"Outbox        {address}/sandbox/outbox/   (all mail and SMS land here)")
    print(f"Logs          {places.LOGS}")
    with psycopg.connect(taken.database_url) as connection:
        people = connection.execute(PEOPLE).fetchall()
    if people:
        print("\nPeople (sign in with the address; the link arrives in the outbox):")
    for name, email, role, merchant in people:
        print(f"  {email:<34} {role.replace('_', ' '):<14} {name}, {merchant}")
    print("\nCtrl-C stops everything.", flush=True)


def _watch(processes: Processes) -> int:
    """Start again what ends; give up on what cannot run."""
    quick: dict[str, int] = {}
    started = dict.fromkeys(processes.running, time.monotonic())
    while True:
        time.sleep(0.5)
        for name in processes.ended():
            is_quick = time.monotonic() - started[name] < _QUICK
            quick[name] = quick.get(name, 0) + 1 if is_quick else 0
            if quick[name] >= _PATIENCE:
                print(f"{name} cannot run:\n{processes.tail(name)}")
                return 1
            print(f"{name} ended and is started again ({processes.log(name)}).", flush=True)
            processes.start(name)
            started[name] = time.monotonic()


def _hear_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Ctrl-C (ignored by default in a background job), a supervisor's wish, and the end of the terminal."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
