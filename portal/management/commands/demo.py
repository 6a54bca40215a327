"""Fill an empty database with demo data; only where the sandbox is."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.access import Access, access_of
from accounts.models import Merchant, Store, User
from common import clock, kick
from messaging.models import Message
from orders.actions.expire import expire_authorizations
from paylinks.actions.expire import expire_links
from portal.demo import cast
from portal.demo.post import deliver_all
from portal.demo.stories import Story, ask_again
from sandbox import clock as sandbox_clock
from sandbox.actions import controls
from sandbox.models import Control

DAYS = 90
_LONGEST = 3600.0  # seconds that filling may take
SHARES = {"CF1004211": 210, "CF1004212": 90, "CF1004213": 40, "CF1004301": 60}


class Command(BaseCommand):
    """About 400 orders of the last 90 days, always the same for a given day."""

    help = "Fill an empty database with demo data."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse anything but an empty sandbox installation."""
        if not settings.SANDBOX:
            raise CommandError("Demo data needs COUNTERFOIL_SANDBOX=1: it is never mixed with real money.")
        if Merchant.objects.exists():
            raise CommandError("The database is not empty. `./dev demo` empties and refills it.")
        settings.SANDBOX_TRANSPORT = "wsgi"
        caches["default"] = DummyCache("demo", {})  # links of the past do not count against today's limits
        logging.disable(logging.INFO)
        connection.settings_dict["CONN_MAX_AGE"] = None  # in-process requests must not close it
        # hundreds of kicks would stand in a worker's way for minutes; sweeps find what is left
        kick.rest(_LONGEST)
        controls.set_webhooks(Control.Webhooks.NEVER)  # the stories ask the gateway themselves
        try:
            fill()
        finally:
            controls.set_webhooks(Control.Webhooks.NORMAL)
            kick.awake()
            clock.use(sandbox_clock.offset)
        self.stdout.write("Demo data is ready.")


def _set_clock(moment: datetime) -> None:
    offset = moment - datetime.now(UTC)
    clock.use(lambda: offset)


def fill() -> None:
    """Tell every story, then let time pass day by day."""
    until = datetime.now(UTC).replace(second=0, microsecond=0)
    dice = Random(until.date().isoformat())  # noqa: S311 (demo data)
    stores = cast.build(until)
    for store in [store for group in stores.values() for store in group]:
        _tell_store(store, dice, until)
    for day in range(DAYS, -1, -1):
        moment = until - timedelta(days=day)
        _set_clock(moment)
        expire_links(moment)
        expire_authorizations(moment)
    ask_again(dice, until)
    deliver_all(Message.objects.order_by("created_at"))


def _tell_store(store: Store, dice: Random, until: datetime) -> None:
    senders = [_access(email, until) for email in _senders(store)]
    prefix = next(shop.prefix for shop in (*cast.FJALLBO, *cast.HAVU) if shop.mid == store.mid)
    without_terms = not store.terms_url
    if without_terms:
        return
    count = SHARES[store.mid]
    times = sorted(until - timedelta(days=dice.uniform(0.02, DAYS)) for _ in range(count))
    for number, began in enumerate(times, start=10498 - count):
        Story(dice, store, dice.choice(senders), number, prefix, began, until, _set_clock).tell()


def _senders(store: Store) -> tuple[str, ...]:
    if store.merchant.name == "Havu Design":
        return ("hanna@example.com",)
    return ("alice@example.com", "ulla@example.com", "sofie@example.com")


def _access(email: str, at: datetime) -> Access:
    access = access_of(User.objects.get(email=email), at)
    if access is None:
        raise CommandError(f"{email} reaches nothing.")
    return access
