"""An order in each row of the table of what is possible, by the ways people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import cancel_order
from orders.actions.unwind import unwind_order
from orders.models import Line, Order
from orders.selection import Selection
from tests.builders import captured_order, paid, placed_order, system_link
from tests.orders.pages import quick_order


def _pending(store: Store) -> Order:
    return system_link(store).order


def _under_review(store: Store) -> Order:
    return paid(system_link(store), "review", method="klarna")


def _part_captured(store: Store) -> Order:
    order = placed_order(store)
    line = Line.objects.get(order=order, name__startswith="Linen")
    choice = Selection({line.pk: 1})
    capture_order(order.pk, key="part", access=None, by=Actor.system(), at=clock.now(), selection=choice)
    return order


def _refunded(store: Store) -> Order:
    order = captured_order(store)
    unwind_order(order.pk, key="back", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    return order


def _cancelled(store: Store) -> Order:
    order = placed_order(store)
    cancel_order(order.pk, key="end", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    return order


def _expired(store: Store) -> Order:
    order = placed_order(store)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=True):
        expire_authorizations(clock.now())
    return order


def _lapsed(store: Store) -> Order:
    """Its hold has ended, and no sweep has said so yet."""
    return quick_order(store, clock.now() - timedelta(days=8), "FJB-10498")


STAGES: dict[str, Callable[[Store], Order]] = {
    "pending": _pending,
    "under_review": _under_review,
    "authorized": placed_order,
    "part_captured": _part_captured,
    "captured": captured_order,
    "refunded": _refunded,
    "cancelled": _cancelled,
    "expired": _expired,
    "lapsed": _lapsed,
}


def order_at(stage: str, store: Store) -> Order:
    """An order in this row of the table."""
    order = STAGES[stage](store)
    order.refresh_from_db()
    return order
