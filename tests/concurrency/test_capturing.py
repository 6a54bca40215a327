"""Two people capture one order: exactly one capture is asked of the gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions import capture, reserve
from orders.models import Operation, Order
from tests import builders
from tests.concurrency.racing import Meeting, meet_after_the_guard, order_without_lock, race, winners, without

pytestmark = pytest.mark.django_db(transaction=True)


def _capture_as(order: Order, name: str) -> Callable[[], Operation]:
    by = Actor("member", f"{name}@acme.example")
    return lambda: capture.capture_order(order.pk, key=name, access=None, by=by, at=clock.now())


def _meet_before_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have passed the guard and cut what is left: neither has written anything."""
    meeting = Meeting(2)

    def reserved(*args: Any, **fields: Any) -> Operation:
        meeting.wait()
        return reserve.reserve(*args, **fields)

    monkeypatch.setattr(capture, "reserve", reserved)


def test_two_people_capture_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    meet_after_the_guard(monkeypatch)
    results = race(_capture_as(order, "alice"), _capture_as(order, "bob"))
    assert len(winners(results)) == 1
    assert [type(result) for result in results if isinstance(result, Exception)] == [DomainError]
    order.refresh_from_db()
    assert (order.captured_amount, order.capturing_amount) == (builders.TOTAL, 0)
    assert order.operations.filter(kind="capture").count() == 1


def test_control_without_lock_and_constraint_two_captures_are_asked_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(store)
    _meet_before_writing(monkeypatch)
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    with without("orders_order", "captured_and_released_is_at_most_authorized"):
        results = race(
            lambda: capture.request_capture(
                order.pk, key="a", version=None, access=None, by=Actor.system(), at=clock.now()
            ),
            lambda: capture.request_capture(
                order.pk, key="b", version=None, access=None, by=Actor.system(), at=clock.now()
            ),
        )
        assert order.operations.filter(kind="capture").count() == 2, results


def test_a_double_click_is_one_wish_and_one_call(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    meeting, calls = Meeting(2), Mock(side_effect=operations._send)
    monkeypatch.setattr(operations, "_send", lambda operation: (meeting.wait(), calls(operation))[1])
    results = race(_capture_as(order, "alice"), _capture_as(order, "alice"))
    assert calls.call_count == 1
    assert {result.pk for result in winners(results)} == {order.operations.get(kind="capture").pk}
    order.refresh_from_db()
    assert order.captured_amount == builders.TOTAL
