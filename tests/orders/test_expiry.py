"""Holds that ended are booked as gone, after the gateway was asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions import expire
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.models import Line, Order
from orders.selection import Selection
from sandbox import clock as sandbox_clock
from tests import builders

pytestmark = pytest.mark.django_db


def _pass(**time: int) -> None:
    sandbox_clock.remember(timedelta(**time))


def test_a_hold_that_ended_releases_the_money(store: Store) -> None:
    order = builders.placed_order(store)
    _pass(days=6, hours=23)
    assert expire_authorizations(clock.now()) == 0
    _pass(days=7, seconds=5)
    assert expire_authorizations(clock.now()) == 1
    order.refresh_from_db()
    assert (order.status, order.released_amount) == ("expired", builders.TOTAL)
    event = order.events.order_by("-seq").first()
    assert event is not None
    assert (event.kind, event.amount) == ("order.expired", builders.TOTAL)


def test_a_part_captured_order_becomes_captured_when_its_hold_ends(store: Store) -> None:
    order = builders.placed_order(store)
    line = Line.objects.get(order=order, name__startswith="Linen")
    by, at = Actor.system(), clock.now()
    capture_order(order.pk, key="part", access=None, by=by, at=at, selection=Selection({line.pk: 1}))
    _pass(days=7, seconds=5)
    assert expire_authorizations(clock.now()) == 1
    order.refresh_from_db()
    assert (order.status, order.capturable_amount, order.expired_at) == ("captured", 0, None)


def test_one_odd_answer_does_not_stop_the_rest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [builders.placed_order(store, merchant_reference1=f"FJB-{number}") for number in range(3)]
    real = expire.gateway_for

    class Odd:
        def __init__(self, account: Any) -> None:
            self.gateway = real(account)

        def fetch(self, session: str) -> Any:
            if session == orders[0].session_reference:
                raise ValueError(session)
            return self.gateway.fetch(session)

    monkeypatch.setattr(expire, "gateway_for", Odd)
    _pass(days=8)
    assert expire_authorizations(clock.now()) == 2
    assert expire_authorizations(clock.now()) == 0
    monkeypatch.undo()
    _pass(days=8, minutes=31)
    assert expire_authorizations(clock.now()) == 1
    assert Order.objects.filter(status="expired").count() == 3


def test_the_gateways_later_end_wins(store: Store) -> None:
    order = builders.placed_order(store)
    Order.objects.filter(pk=order.pk).update(authorization_expires_at=clock.now())
    _pass(minutes=1)
    assert expire_authorizations(clock.now()) == 0
    end = order.authorization_expires_at
    order.refresh_from_db()
    assert end is not None
    assert (order.status, order.authorization_expires_at) == ("authorized", end)
    event = order.events.get(kind="order.extended")
    assert (event.origin, event.operation_id, event.at) == ("gateway", None, order.changed_at)
    assert event.data["after"] == end.isoformat() > event.data["before"]
