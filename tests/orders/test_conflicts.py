"""What nobody knows the end of blocks only what would conflict with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.models import Line, Operation, Order
from orders.selection import Selection
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders

pytestmark = pytest.mark.django_db
Act = Callable[..., Operation]


def _act(action: Act, order: Order, **wish: Any) -> Operation:
    done = action(order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now(), **wish)
    order.refresh_from_db()
    return done


def _unknown(action: Act, order: Order, **wish: Any) -> Operation:
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_BEFORE, at=clock.now(), times=1)
    done = _act(action, order, **wish)
    assert done.state == "unknown"
    return done


def _one(order: Order, name: str = "Linen") -> Selection:
    return Selection({Line.objects.get(order=order, name__startswith=name).pk: 1})


@pytest.fixture
def half(store: Store) -> Order:
    """A Klarna order with one capture; the sandbox's clock has moved on, so it can be extended."""
    order = builders.placed_order(store, method="klarna")
    _act(capture_order, order, selection=_one(order))
    return order


@pytest.fixture(autouse=True)
def three_days_later(half: Order) -> Any:
    from datetime import timedelta

    from sandbox import clock as sandbox_clock

    sandbox_clock.remember(timedelta(days=3))
    yield
    sandbox_clock.remember(timedelta(0))


def _settles(order: Order, *done: Operation) -> None:
    for each in done:
        operations.resolve(each.pk)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_an_extension_is_refused_while_another_is_not_known(half: Order) -> None:
    first = _unknown(extend_order, half)
    with pytest.raises(DomainError, match="do not know yet"):
        _act(extend_order, half)
    _settles(half, first)


@pytest.mark.parametrize("action", [capture_order, refund_order])
def test_a_capture_or_refund_goes_on_while_an_extension_is_not_known(half: Order, action: Act) -> None:
    first = _unknown(extend_order, half)
    assert _act(action, half).state == "succeeded"
    _settles(half, first)


@pytest.mark.parametrize("action", [capture_order, refund_order])
def test_an_extension_goes_on_while_a_capture_or_refund_is_not_known(half: Order, action: Act) -> None:
    first = _unknown(action, half)
    before = half.authorization_expires_at
    assert _act(extend_order, half).state == "succeeded"
    assert half.authorization_expires_at != before
    _settles(half, first)


def test_an_extension_waits_for_a_release(half: Order) -> None:
    first = _unknown(release_order, half)
    with pytest.raises(DomainError, match="do not know yet"):
        _act(extend_order, half)
    with pytest.raises(DomainError, match="do not know yet"):
        _act(capture_order, half)
    _settles(half, first)


def test_a_refund_goes_on_while_a_capture_is_not_known_and_back(half: Order) -> None:
    first = _unknown(capture_order, half, selection=_one(half, "Serving"))
    assert _act(refund_order, half).state == "succeeded"
    second = _unknown(capture_order, half)
    _settles(half, first, second)


def test_under_review_nothing_is_captured_until_the_gateway_decides(store: Store) -> None:
    order = builders.paid(builders.system_link(store), outcome="review", method="klarna")
    for action in (capture_order, extend_order, release_order):
        with pytest.raises(DomainError):
            _act(action, order)
    assert not Operation.objects.filter(order=order).exclude(kind="authorize").exists()
    cancelled = _act(cancel_order, order, tells_customer=False)
    assert (cancelled.state, order.status, order.is_under_review) == ("succeeded", "cancelled", False)
    assert audit_order(order.pk, asks_gateway=True) == []
