"""Editing an order's lines in tests: through the action, and the pieces it works with."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from common import clock
from common.actor import Actor
from orders.actions.edit import Edited, edit_lines
from orders.audit import audit_order
from orders.editing.plan import Wish
from orders.editing.standing import standing_of
from orders.lines import LineInput
from orders.models import Line, Order

ALICE = Actor("member", "alice@acme.example")


def wishes(order: Order, *add: LineInput, drop: tuple[str, ...] = (), **change: dict[str, Any]) -> list[Wish]:
    """The open lines as they stand, some dropped or changed by how their names begin, and others added."""
    found = []
    for part in standing_of(order).open:
        word = part.line.name.split()[0]
        if word not in drop:
            found.append(Wish(replace(part.line, **change.get(word, {})), part.source))
    return [*found, *(Wish(line) for line in add)]


def edit(order: Order, wished: list[Wish], **more: Any) -> Edited:
    """Do it, and read the order again."""
    given = {"key": uuid.uuid4().hex, "access": None, "by": ALICE, "at": clock.now(), **more}
    done = edit_lines(order.pk, wished, **given)
    order.refresh_from_db()
    return done


def lines(order: Order) -> list[tuple[str, int, int]]:
    """The current lines: name, quantity, total."""
    rows = Line.objects.filter(order=order, revision=order.revision).order_by("position")
    return [(line.name.split()[0], line.quantity, line.total_amount) for line in rows]


def is_sound(order: Order) -> bool:
    """The books agree with each other and with the gateway."""
    found = [str(each) for each in audit_order(order.pk, asks_gateway=True)]
    assert not found, found
    return True
