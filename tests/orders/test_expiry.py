"""Holds that ended are booked as gone, after the gateway was asked."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import operations
from orders.actions import expire
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import extend_order, release_order
from orders.actions.refund import refund_order
from orders.models import Line, Order
from orders.selection import Selection
from payments.gateway import Outcome, Result
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


@pytest.mark.parametrize("act", [extend_order, refund_order, capture_order, release_order])
def test_never_while_anything_of_the_order_is_in_flight(
    store: Store, monkeypatch: pytest.MonkeyPatch, act: Any
) -> None:
    order = builders.placed_order(store, method="klarna")
    wish: dict[str, Any] = {"access": None, "by": Actor.system(), "at": clock.now()}
    linen = Selection({Line.objects.get(order=order, name__startswith="Linen").pk: 1})
    capture_order(order.pk, key="part", selection=linen, **wish)
    with monkeypatch.context() as silent:
        silent.setattr(operations, "_send", lambda _operation: Result(Outcome.UNKNOWN))
        waiting = act(order.pk, key="wish", **wish)
        _pass(days=29)
        assert expire_authorizations(clock.now()) == 0
    order.refresh_from_db()
    assert (order.status, order.expiry_asked_at) == ("part_captured", None)
    monkeypatch.setattr(operations, "_send", lambda _operation: Result(Outcome.DECLINED))
    assert operations.resolve(waiting.pk).state == "declined"
    assert expire_authorizations(clock.now()) == 1


def test_an_extension_reserved_while_the_gateway_is_asked_keeps_the_hold(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(store, method="klarna")
    ends = order.authorization_expires_at
    assert ends is not None
    book = expire._book

    def late(ids: Any, at: Any) -> int:
        wish: dict[str, Any] = {"access": None, "by": Actor.system(), "at": ends - timedelta(seconds=1)}
        monkeypatch.setattr(operations, "run", operations._load)
        extend_order(order.pk, key=uuid.uuid4().hex, **wish)
        return book(ids, at)

    monkeypatch.setattr(expire, "_book", late)
    _pass(days=28, seconds=5)
    assert expire_authorizations(clock.now()) == 0
    order.refresh_from_db()
    assert (order.status, order.operations.get(kind="extend").state) == ("authorized", "requested")


def test_an_end_that_moved_is_left_to_the_extension_on_its_way(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store, method="klarna")
    before = clock.now()
    Order.objects.filter(pk=order.pk).update(authorization_expires_at=before)
    seen = expire._moved

    def late(*args: Any) -> bool:
        monkeypatch.setattr(operations, "run", operations._load)
        earlier = before - timedelta(seconds=1)
        extend_order(order.pk, key="e", access=None, by=Actor.system(), at=earlier)
        return seen(*args)

    monkeypatch.setattr(expire, "_moved", late)
    assert expire_authorizations(clock.now()) == 0
    order.refresh_from_db()
    assert order.authorization_expires_at == before
    assert not order.events.filter(kind="order.extended").exists()
