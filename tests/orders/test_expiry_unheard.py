"""A hold that ended while the gateway knows of money that is not booked here is not booked as gone."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.expire import ASK_AGAIN, expire_authorizations
from orders.models import Alert, Order
from orders.syncing import sync_order
from sandbox import clock as sandbox_clock
from sandbox.actions import by_hand
from sandbox.actions.operations import settle
from sandbox.models import Movement
from tests import builders

pytestmark = pytest.mark.django_db
OVER = timedelta(days=7, seconds=5)


@pytest.fixture
def order(store: Store) -> Order:
    return builders.placed_order(store)


def _captured_there(order: Order, amount: int) -> Movement:
    return by_hand.move_by_hand(uuid.UUID(order.session_reference), "capture", amount=amount, at=clock.now())


def test_more_than_can_be_booked_was_taken(order: Order) -> None:
    """The total is lower than what the card was asked for, which cannot be lowered; the gateway took it all."""
    Order.objects.filter(pk=order.pk).update(amount=order.amount - 10000)
    _captured_there(order, order.authorized_amount)
    sandbox_clock.remember(OVER)
    assert expire_authorizations(clock.now()) == 0
    order.refresh_from_db()
    assert (order.status, order.released_amount) == ("authorized", 0)
    alert = Alert.objects.get(order=order, closed_at=None)
    told = {each["what"] for each in alert.data["differences"]}
    assert (alert.kind, "captured at the gateway" in told) == (Alert.Kind.DIFFERENCE, True)


def test_a_capture_there_that_is_not_confirmed_yet_is_waited_for(order: Order) -> None:
    movement = _captured_there(order, 50000)
    Movement.objects.filter(pk=movement.pk).update(
        state="pending", settles_as="succeeded", settles_at=clock.now() + timedelta(days=30)
    )
    sandbox_clock.remember(OVER)
    assert expire_authorizations(clock.now()) == 0
    settle(movement.pk, uuid.UUID(order.session_reference), clock.now())
    sandbox_clock.remember(OVER + ASK_AGAIN)
    assert expire_authorizations(clock.now()) == 1
    order.refresh_from_db()
    assert (order.status, order.captured_amount) == ("captured", 50000)
    assert sync_order(order.pk, by=Actor.system(), at=clock.now()).is_clean
