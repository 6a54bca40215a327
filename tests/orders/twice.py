"""An order that was captured in two steps, and its end."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.actions.reserve import key_of
from orders.actions.unwind import Unwound, unwind_order
from orders.models import Line, Operation, Order
from orders.selection import Selection
from sandbox.actions import controls
from tests import builders

ALICE = Actor("member", "alice@acme.example")
BOB = Actor("member", "bob@acme.example")


def captured_twice(store: Store, **changes: Any) -> Order:
    """An order of 2,068.20 of which 677.34 and 623.99 were captured in two steps."""
    order = builders.placed_order(store, **changes)
    for name in ("Serving", "Linen"):
        line = Line.objects.get(order=order, name__startswith=name)
        wish = Selection({line.pk: 1})
        capture_order(order.pk, key=name, access=None, by=Actor.system(), at=clock.now(), selection=wish)
    order.refresh_from_db()
    return order


def captures_of(order: Order) -> list[Operation]:
    """Its captures, the oldest first."""
    return list(order.operations.filter(kind="capture").order_by("requested_at"))


def end(order: Order, key: str = "", **wish: Any) -> Unwound:
    """Release the rest and refund each capture, as Alice does; the order is fresh afterwards."""
    wish = {"tells_customer": True, **wish}
    done = unwind_order(order.pk, key=key or uuid.uuid4().hex, access=None, by=ALICE, at=clock.now(), **wish)
    order.refresh_from_db()
    return done


def fault_at(order: Order, capture: Operation, key: str, kind: str) -> None:
    """What happens to the refund of this capture that the form `key` asks for."""
    name = key_of("refund", order.pk, f"{key} {capture.pk}")
    controls.set_behaviour(kind, at=clock.now(), key_prefix=name, times=1)
