"""What the money machine found: captures together on their way, refunds beside a gift card."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.lines import LineInput
from orders.models import Line, LineType, Operation, Order
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


def _refund(order: Order, selection: Selection) -> Operation:
    return refund_order(
        order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now(), selection=selection
    )


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


def test_refunds_leave_a_capture_what_a_gift_card_took_from_it(store: Store) -> None:
    gift = LineInput(LineType.GIFT_CARD, "Gift card", 1, -5000, 0)
    order = builders.captured_order(store, lines=(builders.BOWL, gift))
    left = 2 * 74900 - 5000
    much = Selection(frees=(Free(left - 3000, 2500, "Much"),))
    with pytest.raises(DomainError, match="left at this tax rate"):
        _refund(order, Selection(frees=(Free(left + 1, 2500, "Too much"),)))
    _refund(order, much)
    assert _refund(order, EVERYTHING).amount == 3000
    assert audit_order(order.pk, asks_gateway=True) == []


def test_nothing_is_refunded_of_nothing(store: Store) -> None:
    order = builders.captured_order(store, lines=(builders.BOWL,))
    controls.set_behaviour(Behaviour.Kind.ERROR, at=clock.now(), times=1)
    bowl = Line.objects.get(order=order)
    _refund(order, Selection({bowl.pk: 2}, fee=Free(500, 2500, "Return fee")))
    with pytest.raises(DomainError):
        _refund(order, EVERYTHING)
