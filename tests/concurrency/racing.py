"""People at the same time: threads that meet at a barrier, each with a connection of its own."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from orders.models import Order
from paylinks.models import Attempt

MEET_SECONDS = 0.7


class Meeting:
    """A point where all wait for all, or go on after a moment: a lock may keep one away."""

    def __init__(self, people: int) -> None:
        self.barrier = threading.Barrier(people)

    def wait(self) -> None:
        try:
            self.barrier.wait(MEET_SECONDS)
        except threading.BrokenBarrierError:
            return


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
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def winners(results: Sequence[Any]) -> list[Any]:
    """Those that did not end with an exception."""
    return [result for result in results if not isinstance(result, Exception)]


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
