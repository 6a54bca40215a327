"""Fill an empty database with demo data; only where the sandbox is."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.access import Access, access_of
from accounts.models import Merchant, Store, User
from common import clock, kick
from documents.models import Document
from messaging.models import Message
from orders.actions.expire import expire_authorizations
from paylinks import settle
from paylinks.actions.expire import expire_links
from portal.demo import cast
from portal.demo.cases import CASES, Case
from portal.demo.ids import Ids, told_ids
from portal.demo.post import deliver_all, settle_slips
from portal.demo.stories import Story, ask_again
from sandbox.actions import controls
from sandbox.models import Control

DAYS = 90
_LONGEST = 3600.0  # seconds that filling may take
SHARES = {"CF1004211": 182, "CF1004212": 76, "CF1004301": 50}  # the German store has no terms yet
ROUNDS = 2  # of the cases, in each of these stores
ORDERS = sum(SHARES.values()) + ROUNDS * len(CASES) * len(SHARES) + 2  # a purchase made twice


class Command(BaseCommand):
    """About 400 orders of the last 90 days, always the same for a given day."""

    help = "Fill an empty database with demo data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much."""
        parser.add_argument("--orders", type=int, default=ORDERS, help="fewer leave the rarer states out")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Refuse anything but an empty sandbox installation."""
        if not settings.SANDBOX:
            raise CommandError("Demo data needs COUNTERFOIL_SANDBOX=1: it is never mixed with real money.")
        if Merchant.objects.exists():
            raise CommandError("The database is not empty. `./dev demo` empties and refills it.")
        settings.SANDBOX_TRANSPORT = "wsgi"
        _count_apart()
        logging.disable(logging.INFO)
        connection.settings_dict["CONN_MAX_AGE"] = None  # in-process requests must not close it
        # hundreds of kicks would stand in a worker's way for minutes; sweeps find what is left
        kick.rest(_LONGEST)
        controls.set_webhooks(Control.Webhooks.NEVER)  # the stories ask the gateway themselves
        try:
            fill(datetime.now(UTC), *size_of(options["orders"]))
        finally:
            controls.set_webhooks(Control.Webhooks.NORMAL)
            kick.awake()
            clock.stop(None)
        self.stdout.write("Demo data is ready.")


def size_of(orders: int) -> tuple[dict[str, int], int]:
    """What is left to chance in each store, and how often every case is told, to make about so many orders."""
    rounds = ROUNDS * orders // ORDERS
    left = max(orders - 2 - rounds * len(CASES) * len(SHARES), 0)
    usual = sum(SHARES.values())
    return {mid: share * left // usual for mid, share in SHARES.items()}, rounds


def _count_apart() -> None:
    """Links of the past meet no limit, and do not count against today's."""
    settings.LINK_LIMITS = dict.fromkeys(settings.LINK_LIMITS, 10**9)
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": "demo"}}


def fill(now: datetime, shares: Mapping[str, int], rounds: int = ROUNDS) -> None:
    """Tell every story of the 90 days that end with today, as far as it has come; then let time pass.

    All follows from the date: filled later the same day there is only more of it.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with told_ids() as ids:
        clock.stop(day - timedelta(days=DAYS))
        ids.begin(f"{day:%F}")
        stores = cast.build(day)
        for store in [store for group in stores.values() for store in group]:
            _tell_store(store, shares.get(store.mid, 0), day, now, ids)
            if store.mid in shares:
                _tell_cases(store, rounds, day, now, ids)
        _tell_twice(stores["fjallbo"][0], day, now, ids)
        for moment in _sweeps(day, now):
            ids.begin(f"{moment:%F %H} sweep")
            clock.stop(moment)
            settle.sweep_attempts(moment)  # a link waits for its running attempt
            expire_links(moment)
            expire_authorizations(moment)
        ids.begin(f"{day:%F} later")
        ask_again(now)
        deliver_all(Message.objects.order_by("created_at", "pk"))
        settle_slips(Document.objects.all(), are_made=False)


def _sweeps(day: datetime, now: datetime) -> Iterator[datetime]:
    """Every midnight, and today every full hour that has come."""
    yield from (day - timedelta(days=days) for days in range(DAYS, -1, -1))
    yield from (moment for hour in range(1, 24) if (moment := day + timedelta(hours=hour)) <= now)


def _tell_store(store: Store, count: int, day: datetime, now: datetime, ids: Ids) -> None:
    senders = [_access(email, day) for email in _senders(store)]
    prefix = _prefix(store)
    dice = Random(f"{day:%F} {store.mid}")  # noqa: S311 (demo data)
    end = day + timedelta(days=1)
    times = sorted(end - timedelta(days=dice.uniform(0, DAYS)) for _ in range(count))
    for number, began in enumerate(times, start=10498 - count):
        if began >= now:
            break
        ids.begin(f"{day:%F} {store.mid} {number}")
        own = Random(f"{day:%F} {prefix}-{number}")  # noqa: S311 (demo data)
        Story(own, store, own.choice(senders), number, prefix, began, now, day).tell()


def _tell_cases(store: Store, rounds: int, day: datetime, now: datetime, ids: Ids) -> None:
    """Every state there is, in every store: chance alone leaves some of them out."""
    senders = [_access(email, day) for email in _senders(store) if email != "sofie@example.com"]
    for number, (hours, telling) in enumerate(CASES * rounds, start=30101):
        ids.begin(f"{day:%F} {store.mid} {number}")
        dice = Random(f"{day:%F} {store.mid} {number}")  # noqa: S311 (demo data)
        began = day - timedelta(hours=hours + dice.uniform(0, 6))
        Case(dice, store, dice.choice(senders), number, _prefix(store), began, now, day).tell_as(telling)


def _tell_twice(store: Store, day: datetime, now: datetime, ids: Ids) -> None:
    """A customer in doubt orders again four minutes later and pays both: the dice fall the same way twice."""
    sender = _access("ulla@example.com", day)
    for number, minutes in ((20411, 0), (20412, 4)):
        ids.begin(f"{day:%F} {store.mid} {number}")
        dice = Random(f"{day:%F} twice")  # noqa: S311 (demo data)
        began = day - timedelta(days=2) + timedelta(minutes=minutes)
        Story(dice, store, sender, number, "FJB", began, now, day).tell_sale()


def _prefix(store: Store) -> str:
    return next(shop.prefix for shop in (*cast.FJALLBO, *cast.HAVU) if shop.mid == store.mid)


def _senders(store: Store) -> tuple[str, ...]:
    if store.merchant.name == "Havu Design":
        return ("hanna@example.com",)
    return ("alice@example.com", "ulla@example.com", "sofie@example.com")


def _access(email: str, at: datetime) -> Access:
    access = access_of(User.objects.get(email=email), at)
    if access is None:
        raise CommandError(f"{email} reaches nothing.")
    return access
