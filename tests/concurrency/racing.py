"""People at the same time: threads that meet at a barrier, each with a connection of its own."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from orders import rules
from orders.actions import capture, let_go, refund, reserve
from orders.models import Operation, Order
from paylinks.models import Attempt

_LIMIT = 240.0  # seconds; only a mistake in a test waits so long
_LOOK = 0.02
# what a transaction holds until its end; who is given it counts no more, even if it has not woken up yet
_HELD = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND locktype IN ('transactionid', 'tuple', 'advisory') AND datname = current_database()
"""
_racing: list[threading.Thread] = []
_waiting: set[threading.Thread] = set()  # at any meeting


class Meeting:
    """A point where all wait for all; who waits goes on alone once nobody else can come.

    Nobody else can come when every other thread of the race has ended, waits at a meeting,
    or is held by a lock in the database. From then on nobody waits here any more.
    """

    def __init__(self, people: int) -> None:
        self.people = people
        self.met = threading.Condition()
        self.here: list[threading.Thread] = []
        self.round = 0
        self.is_over = False

    def wait(self) -> None:
        """Return once all are here, or nobody else can come; at once for who is not in the race."""
        me = threading.current_thread()
        if me not in _racing:
            return
        with self.met:
            if self.is_over:
                return
            mine = self.round
            self.here.append(me)
            _waiting.add(me)
            if len(self.here) == self.people:
                self._go_on()
            elif len(self.here) == 1:
                self._look_out(mine)
            assert self.met.wait_for(lambda: self.round != mine, _LIMIT), "nobody was let go"

    def _go_on(self) -> None:
        _waiting.difference_update(self.here)  # before they wake up: from now on they can come elsewhere
        self.here, self.round = [], self.round + 1
        self.met.notify_all()

    def _look_out(self, mine: int) -> None:
        """Whoever came first waits for the others, or until nobody else can come."""
        end, alone = time.monotonic() + _LIMIT, 0
        # a connection of its own: within a transaction the first picture would stay
        with psycopg.connect(
            os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"], autocommit=True
        ) as looking:
            while self.round == mine and alone < 2:  # twice: a lock may be on its way to the next who waits for it
                assert time.monotonic() < end, "nobody came, and nobody was kept away"
                self.met.wait(_LOOK)
                coming = sum(thread.is_alive() and thread not in _waiting for thread in _racing)
                alone = alone + 1 if coming <= _held(looking) else 0
        if self.round == mine:
            self.is_over = True
            self._go_on()


def _held(looking: psycopg.Connection[Any]) -> int:
    """How many wait for a lock now."""
    row = looking.execute(_HELD).fetchone()
    return int(row[0]) if row else 0


def race(*acts: Callable[[], Any]) -> list[Any]:
    """Run all at once; answers each result, or the exception it ended with."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = act()
        except Exception as error:  # noqa: BLE001
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    _racing[:] = threads
    _waiting.clear()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * _LIMIT)
    assert not any(thread.is_alive() for thread in threads), "somebody never came back"
    return results


def winners(results: Sequence[Any]) -> list[Any]:
    """Those that did not end with an exception."""
    return [result for result in results if not isinstance(result, Exception)]


def meet_after_the_guard(monkeypatch: pytest.MonkeyPatch, people: int = 2) -> None:
    """All meet between the guard and the reservation, if no lock keeps the others away."""
    meeting = Meeting(people)

    def guarded(*args: Any) -> Any:
        found = rules.obstacle(*args)
        meeting.wait()
        return found

    # again before anything is written: what is left to move is read after the guard
    writing = Meeting(people)

    def reserved(*args: Any, **fields: Any) -> Operation:
        writing.wait()
        return reserve.reserve(*args, **fields)

    monkeypatch.setattr(reserve, "obstacle", guarded)
    for action in (capture, let_go, refund):
        monkeypatch.setattr(action, "reserve", reserved)


def order_without_lock(order_id: uuid.UUID, **_: Any) -> Order:
    """What `locked` would be if somebody forgot the lock."""
    return Order.objects.select_related("store").get(pk=order_id)


def attempt_without_lock(attempt_id: uuid.UUID) -> Attempt:
    """What settling would read if it forgot the lock."""
    related = ("link", "order__store", "gateway_account__store")
    attempt = Attempt.objects.select_related(*related).get(pk=attempt_id)
    attempt.link.order = attempt.order
    return attempt


@contextmanager
def without(table: str, *names: str) -> Iterator[None]:
    """Take constraints or unique indexes away, and bring them back with what they allow gone."""
    with connection.cursor() as cursor:
        saved = [(name, *_definition(cursor, name)) for name in names]
        for name, kind, _text in saved:
            drop = f"ALTER TABLE {table} DROP CONSTRAINT {name}" if kind == "constraint" else f"DROP INDEX {name}"
            cursor.execute(drop)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            for name, kind, text in saved:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}" if kind == "constraint" else text)


def _definition(cursor: Any, name: str) -> tuple[str, str]:
    cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
    row = cursor.fetchone()
    if row:
        return "constraint", row[0]
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
    return "index", cursor.fetchone()[0]
