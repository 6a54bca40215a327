"""A few browsers that keep their connections open and ask again and again."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

CONNECTIONS = 4
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: addresses taken in turn, with these headers."""

    paths: Sequence[str]
    headers: dict[str, str]


@dataclass(slots=True)
class Run:
    """Every answer's time in seconds, and how long all took together."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    problem: str = ""


def once(port: int, ask: Ask, **extra: str) -> tuple[int, bytes]:
    """One answer: its status and its body as it was before it was compressed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("GET", ask.paths[0], headers={**ask.headers, **extra})
        response = connection.getresponse()
        body = response.read()
        return response.status, gzip.decompress(body) if response.headers["Content-Encoding"] == "gzip" else body
    finally:
        connection.close()


def many(port: int, ask: Ask, *, requests: int, seconds: float) -> Run:
    """Up to `requests` answers over four connections, but no longer than `seconds`."""
    run, numbers, deadline = Run(), count(), time.perf_counter() + seconds

    def browse() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        while (number := next(numbers)) < requests and time.perf_counter() < deadline:
            started = time.perf_counter()
            connection.request("GET", ask.paths[number % len(ask.paths)], headers=ask.headers)
            response = connection.getresponse()
            response.read()
            run.times.append(time.perf_counter() - started)
            if response.status != http.client.OK:
                run.problem = f"{response.status} {ask.paths[number % len(ask.paths)]}"
        connection.close()

    browsers = [threading.Thread(target=browse) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    run.seconds = time.perf_counter() - started
    return run
