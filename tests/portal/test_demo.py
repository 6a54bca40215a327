"""The demo's data follow from the date: the same for a whole day, only growing with its hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from accounts.access import access_of
from accounts.models import User
from common import clock, kick
from messaging.models import Message
from orders.models import Event, Line, Operation, Order
from orders.repeats import repeated
from paylinks.models import PaymentLink
from portal.management.commands.demo import SHARES, fill
from sandbox.actions import controls
from sandbox.models import Control

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 20, 12, 34, 56, 789, tzinfo=UTC)
FEW = {"CF1004211": 10, "CF1004301": 4}
SHOWN: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Order, ("pk", "reference", "status", "amount", "captured_amount", "payment_label", "created_at", "placed_at")),
    (Line, ("order", "position", "name", "quantity", "total_amount")),
    (PaymentLink, ("pk", "order", "number", "recipient", "status", "created_at", "requested_at", "created_by")),
    (Event, ("order", "seq", "kind", "at", "actor", "amount")),
    (Operation, ("pk", "order", "kind", "state", "amount", "requested_at", "gateway_reference")),
    (Message, ("pk", "kind", "state", "created_at")),
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    kick.rest(60)
    yield
    kick.awake()
    clock.stop(None)


def told(now: datetime) -> list[set[tuple[Any, ...]]]:
    """What a demo filled at `now` shows."""
    cache.clear()  # limits against floods
    call_command("flush", interactive=False, verbosity=0)
    controls.set_webhooks(Control.Webhooks.NEVER)
    fill(now, FEW)
    return [set(model.objects.values_list(*fields)) for model, fields in SHOWN]


def test_filled_twice_it_is_the_same_to_the_microsecond() -> None:
    first = told(NOON)
    assert all(first)
    assert told(NOON + timedelta(microseconds=1)) == first
    assert len(first[0]) in range(14, 17)
    lives: dict[Any, list[datetime]] = {}
    for order, at in Event.objects.order_by("seq").values_list("order", "at"):
        lives.setdefault(order, []).append(at)
    assert all(life == sorted(life) for life in lives.values())


def test_one_purchase_was_made_twice() -> None:
    told(NOON)
    access = access_of(User.objects.get(email="alice@example.com"), NOON)
    assert access is not None
    assert Order.objects.filter(repeated(access)).count() == 2


def test_an_hour_later_the_past_is_the_same() -> None:
    """What had been decided stays; only open ends have moved on."""
    earlier, later = told(NOON), told(NOON + timedelta(hours=6))
    assert earlier[1] <= later[1]
    assert earlier[3] <= later[3]


def test_there_are_about_400() -> None:
    assert sum(SHARES.values()) == 400
