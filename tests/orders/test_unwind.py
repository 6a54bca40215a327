"""Ending an order with captures: release the rest, refund every capture, and go on after a stop."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.unwind import Unwound, unwind_order
from orders.models import Line, Operation, Order
from orders.selection import Selection
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def half(store: Store) -> Order:
    """An order of 2,068.20 of which 677.34 was captured in two steps."""
    order = builders.placed_order(store)
    for name in ("Serving", "Linen"):
        line = Line.objects.get(order=order, name__startswith=name)
        capture_order(
            order.pk, key=name, access=None, by=Actor.system(), at=clock.now(), selection=Selection({line.pk: 1})
        )
    order.refresh_from_db()
    return order


def _end(order: Order, key: str = "", **wish: Any) -> Unwound:
    by = Actor("member", "alice@acme.example")
    wish = {"tells_customer": True, **wish}
    done = unwind_order(order.pk, key=key or uuid.uuid4().hex, access=None, by=by, at=clock.now(), **wish)
    order.refresh_from_db()
    return done


def _fault(kind: str, prefix: str, times: int | None = 1) -> None:
    controls.set_behaviour(kind, at=clock.now(), key_prefix=prefix, times=times)


def _kinds(unwound: Unwound) -> list[str]:
    return [each.kind for each in unwound.done]


def test_the_rest_is_released_and_every_capture_refunded(half: Order) -> None:
    rest, captured = half.capturable_amount, half.captured_amount
    done = _end(half, version=half.version, reason="Changed their mind")
    assert (_kinds(done), done.stopped) == (["release", "refund"], None)
    assert [each.amount for each in done.done] == [rest, captured]
    assert {piece.capture_id for piece in done.done[1].lines.all()} == set(
        half.operations.filter(kind="capture").values_list("pk", flat=True)
    )
    assert (half.status, half.capturable_amount, half.refundable_amount) == ("captured", 0, 0)
    assert Message.objects.filter(kind="order.refunded").count() == 1
    assert done.done[1].reason == "Changed their mind"


def test_without_anything_left_only_the_captures_are_refunded(store: Store) -> None:
    order = builders.captured_order(store)
    assert _kinds(_end(order, version=order.version, tells_customer=False)) == ["refund"]
    assert not Message.objects.filter(kind="order.refunded").exists()


def test_a_hold_that_is_over_is_not_released_again(half: Order) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert _kinds(_end(half)) == ["refund"]


def test_the_same_key_moves_nothing_twice(half: Order) -> None:
    first, second = _end(half, "one"), _end(half, "one")
    assert [each.pk for each in first.done] == [each.pk for each in second.done]
    assert half.operations.filter(kind__in=("release", "refund")).count() == 2
    with pytest.raises(DomainError, match="Everything has been refunded"):
        _end(half, "two")


def test_a_stale_version_moves_nothing(half: Order) -> None:
    with pytest.raises(DomainError, match="changed since"):
        _end(half, version=half.version - 1)
    assert half.released_amount == half.refunded_amount == 0


def test_a_declined_release_stops_before_the_refund(half: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "release-")
    stopped = _end(half)
    assert (stopped.done, stopped.stopped and stopped.stopped.state) == ((), "declined")
    assert half.refunded_amount == 0
    assert _kinds(_end(half)) == ["release", "refund"]


def test_a_declined_refund_stops_half_way_and_the_next_try_goes_on(half: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "refund-")
    stopped = _end(half)
    assert (_kinds(stopped), stopped.stopped and stopped.stopped.kind) == (["release"], "refund")
    assert (half.capturable_amount, half.refunded_amount) == (0, 0)
    assert _kinds(_end(half)) == ["refund"]
    assert half.refundable_amount == 0


@pytest.mark.parametrize("kind", [Behaviour.Kind.TIMEOUT_BEFORE, Behaviour.Kind.TIMEOUT_AFTER, Behaviour.Kind.ERROR])
def test_an_unknown_release_waits_and_then_the_rest_goes_on(half: Order, kind: str) -> None:
    _fault(kind, "release-")
    stopped = _end(half)
    assert stopped.stopped is not None
    assert (stopped.done, stopped.stopped.state) == ((), "unknown")
    with pytest.raises(DomainError, match="do not know yet"):
        _end(half)
    operations.resolve(stopped.stopped.pk)
    assert _kinds(_end(half)) == ["refund"]
    assert (half.capturable_amount, half.refundable_amount, half.in_flight_amount) == (0, 0, 0)


def test_an_unknown_refund_is_found_by_the_same_form_sent_again(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "refund-")
    stopped = _end(half, "one")
    assert (_kinds(stopped), stopped.stopped and stopped.stopped.state) == (["release"], "unknown")
    assert half.refunding_amount == half.captured_amount
    assert stopped.stopped is not None
    operations.resolve(stopped.stopped.pk)
    assert _kinds(_end(half, "one")) == ["release", "refund"]
    assert Operation.objects.filter(order=half, kind="refund").count() == 1
