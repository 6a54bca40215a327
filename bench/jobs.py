"""What happens without a browser: links created, links expired, slips made."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench.cast import Cast
from bench.meter import DatabaseMeter
from bench.people import GOODS, SHOPS, customer
from devkit import places
from orders.documents import current_slip, make_slip
from orders.lines import LineInput
from orders.models import Order
from paylinks.actions.create import OrderInput, create_link_order
from paylinks.actions.expire import expire_links
from paylinks.models import PaymentLink

Facts = dict[str, Any]
_ALONE = 2.0  # seconds the writer is watched without the sweep, as the control
_WARM_SLIPS = 3
_ROUNDS = 5


def links(cast: Cast, database: DatabaseMeter, at: datetime, *, count: int = 800, seconds: float = 8) -> Facts:
    """Create and queue links through the action, in this process, one after the other."""
    dice, access = Random("links"), cast.access(at)
    store = cast.stores["SE"]
    inputs = [_input(dice, number) for number in range(count)]

    def create() -> None:
        create_link_order(store, inputs.pop(), form_key=uuid.uuid4(), access=access, by=access.actor, at=at)

    create()
    return _quietest(create, database, count - 1, seconds)


def _input(dice: Random, number: int) -> OrderInput:
    person = customer(dice, "SE", 9_000_000 + number)
    goods = [dice.choice(GOODS) for _ in range(3)]
    return OrderInput(
        recipient_email=person.email,
        recipient_phone="",
        country="SE",
        currency=SHOPS["SE"][1],
        language="sv",
        merchant_reference1=f"NEW-{number}",
        lines=tuple(LineInput("physical", name, 1, price, 2500, reference) for name, reference, price in goods),
        customer_name=person.name,
    )


def expiry(address: str, database: DatabaseMeter, at: datetime) -> Facts:
    """Expire everything that is due two days on, while a colleague writes; alone first, as the control."""
    later = at + timedelta(hours=49)
    due = PaymentLink.objects.filter(status__in=("created", "in_progress"), expires_at__lte=later).count()
    with _writer(address) as alone:
        time.sleep(_ALONE)
    with _writer(address) as meanwhile:
        before, cpu, began = database.seconds(), time.process_time(), time.perf_counter()
        done = expire_links(later)
        facts = _facts(done, time.perf_counter() - began, time.process_time() - cpu, before, database.seconds())
    return {**facts, "due": due, "writer": meanwhile, "writer_alone": alone}


@contextmanager
def _writer(address: str) -> Iterator[Facts]:
    found: Facts = {}
    command = [sys.executable, "-m", "bench.writer", address]
    with subprocess.Popen(
        command, cwd=places.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        process.stdout.readline()
        yield found
        answer, _nothing = process.communicate(input="")
        found.update(json.loads(answer))


def slips(cast: Cast, database: DatabaseMeter, at: datetime, *, count: int = 40, seconds: float = 15) -> Facts:
    """Render and store packing slips of captured orders, in this process."""
    merchant = cast.stores["SE"].merchant_id
    captured = Order.objects.filter(merchant_id=merchant, status="captured").select_related("merchant", "store")
    documents = [current_slip(order, at).pk for order in captured.order_by("id")[: count + _WARM_SLIPS]]
    for _ in range(_WARM_SLIPS):
        make_slip(documents.pop(), at)
    return _quietest(lambda: make_slip(documents.pop(), at), database, count, seconds)


def _quietest(work: Callable[[], None], database: DatabaseMeter, count: int, seconds: float) -> Facts:
    """Do it up to `count` times in several rounds; the facts of the quietest one, and how many there were."""
    rounds, began = [], time.perf_counter()
    for _ in range(_ROUNDS):
        before, cpu, started, made = database.seconds(), time.process_time(), time.perf_counter(), 0
        while made < count // _ROUNDS and time.perf_counter() - began < seconds:
            work()
            made += 1
        took = time.perf_counter() - started
        if made:
            rounds.append(_facts(made, took, time.process_time() - cpu, before, database.seconds()))
    best = max(rounds, key=lambda facts: facts["rate"])
    return {**best, "count": sum(facts["count"] for facts in rounds)}


def _facts(count: int, took: float, cpu: float, before: float | None, after: float | None) -> Facts:
    """Rates by the clock, and CPU per piece in milliseconds."""
    each = max(count, 1)
    spent = None if before is None or after is None else (after - before) * 1000 / each
    return {"count": count, "rate": count / took, "seconds": took, "app_ms": cpu * 1000 / each, "db_ms": spent}
