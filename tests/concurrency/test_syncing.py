"""A movement made at the gateway is heard of in several ways at once, and booked once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import syncing
from orders.actions import sync as booking
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.models import Alert, Event, Operation, Order
from orders.syncing import sync_order
from sandbox import delivery
from sandbox.actions import by_hand
from sandbox.models import Movement
from tests import builders
from tests.concurrency.racing import Meeting, order_without_lock, race, winners, without

pytestmark = pytest.mark.django_db(transaction=True)


def _hand(order: Order, kind: str, amount: int | None = None) -> None:
    by_hand.move_by_hand(uuid.UUID(order.session_reference), kind, amount=amount, at=clock.now())


def _sync(order: Order) -> Callable[[], Any]:
    return lambda: sync_order(order.pk, by=Actor.system(), at=clock.now())


def _meet_with_the_answer(monkeypatch: pytest.MonkeyPatch, people: int = 2) -> None:
    """All have heard the gateway before the first of them books."""
    meeting, book = Meeting(people), booking.book_movements

    def heard(*args: Any, **wish: Any) -> Any:
        meeting.wait()
        return book(*args, **wish)

    monkeypatch.setattr(syncing, "book_movements", heard)


def test_two_syncs_and_a_webhook_book_one_capture(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    delivery.deliver_due()
    _hand(order, "capture", 50000)
    _meet_with_the_answer(monkeypatch, 3)
    results = race(_sync(order), _sync(order), delivery.deliver_due)
    assert len(winners(results)) == 3
    order.refresh_from_db()
    assert order.captured_amount == 50000
    assert Operation.objects.filter(order=order, kind="capture").count() == 1
    assert Event.objects.filter(order=order, kind="order.captured").count() == 1
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_lock_and_constraint_it_is_booked_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", 50000)
    meeting, find = Meeting(2), booking._lacking

    def found(*args: Any) -> Any:
        lacking = list(find(*args))
        meeting.wait()
        return lacking

    monkeypatch.setattr(booking, "_lacking", found)
    monkeypatch.setattr(booking, "locked", order_without_lock)
    monkeypatch.setattr(booking.uuid, "uuid5", lambda *_: uuid.uuid4())
    with without("orders_operation", "gateway_reference_is_booked_once"):
        race(_sync(order), _sync(order))
        assert Operation.objects.filter(order=order, kind="capture").count() == 2


def test_a_refund_that_came_back_is_reversed_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.captured_order(store)
    refund = refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    delivery.deliver_due()
    movement = Movement.objects.get(key=refund.key)
    by_hand.fail_refund(movement.pk, uuid.UUID(order.session_reference), clock.now())
    _meet_with_the_answer(monkeypatch, 3)
    assert len(winners(race(_sync(order), _sync(order), delivery.deliver_due))) == 3
    order.refresh_from_db()
    assert Operation.objects.filter(order=order, kind="reversal").count() == 1
    assert (order.refunded_amount, Alert.objects.count()) == (0, 1)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_capture_of_ours_meanwhile_is_no_difference(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    book = booking.book_movements

    def late(*args: Any, **wish: Any) -> Any:
        monkeypatch.setattr(syncing, "book_movements", book)
        capture_order(order.pk, key="ours", access=None, by=Actor.system(), at=clock.now())
        return book(*args, **wish)

    monkeypatch.setattr(syncing, "book_movements", late)
    assert _sync(order)().is_clean
    assert not Alert.objects.exists()
    assert Operation.objects.filter(order=order, kind="capture").count() == 1
