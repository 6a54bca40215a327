"""Several captures of one order on their way at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import operations
from orders.actions.capture import capture_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Line, Operation, Order
from orders.selection import EVERYTHING, Selection
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders

pytestmark = pytest.mark.django_db


def _capture(order: Order, selection: Selection = EVERYTHING, **wish: Any) -> Operation:
    done = capture_order(
        order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now(), selection=selection, **wish
    )
    order.refresh_from_db()
    return done


def _lost(order: Order) -> Operation:
    """A capture of 500.00 of which nobody knows yet."""
    controls.set_behaviour(Behaviour.Kind.ERROR, at=clock.now(), times=1)
    return _capture(order, Selection(frees=(Free(50000, 2500, "Part"),)))


def test_an_order_is_captured_only_when_nothing_can_come_back(store: Store) -> None:
    order = builders.placed_order(store)
    lost = _lost(order)
    _capture(order)
    assert (order.status, order.capturable_amount, order.reserved_amount) == ("part_captured", 0, 50000)
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    assert operations.resolve(lost.pk).state == "declined"
    _capture(order)
    assert (order.status, order.captured_amount) == ("captured", builders.TOTAL)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_chosen_release_waits_until_no_capture_is_on_its_way(store: Store) -> None:
    order = builders.placed_order(store)
    lost = _lost(order)
    apron = Line.objects.get(order=order, name__startswith="Linen")
    _capture(order, Selection({apron.pk: 1}), has_release=True)
    assert not order.operations.filter(kind="release").exists()
    operations.resolve(lost.pk)
    release = operations.run(order.operations.get(kind="release").pk)
    order.refresh_from_db()
    assert (order.status, order.captured_amount + release.amount) == ("captured", builders.TOTAL)
    assert audit_order(order.pk, asks_gateway=True) == []
