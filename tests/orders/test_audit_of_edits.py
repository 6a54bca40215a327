"""The audit of edited orders: what it recomputes from lines and changed totals."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Store
from common import clock
from orders.actions.capture import capture_order
from orders.models import Line, Order
from orders.selection import Selection
from sandbox.actions import controls
from sandbox.models import Behaviour, Payment
from tests import builders
from tests.orders.line_edits import ALICE, edit, is_sound, wishes
from tests.orders.test_audit import _found, _tamper

pytestmark = pytest.mark.django_db

ORDER = "UPDATE orders_order SET {} WHERE id = %(order)s"
ADJUST = "UPDATE orders_operation SET {} WHERE order_id = %(order)s AND kind = 'adjust'"
EVENT = "UPDATE orders_event SET {} WHERE order_id = %(order)s AND kind = 'order.edited'"
LINE = "UPDATE orders_line SET {} WHERE order_id = %(order)s AND revision = 2 AND name LIKE 'Serving%%'"


def _edited(store: Store) -> Order:
    """One bowl captured by Klarna, then the apron taken off."""
    order = builders.placed_order(store, method="klarna")
    bowl = Line.objects.get(order=order, name__startswith="Serving").pk
    wish: dict[str, Any] = {"key": "c", "access": None, "by": ALICE, "at": clock.now()}
    capture_order(order.pk, **wish, selection=Selection({bowl: 1}))
    edit(order, wishes(order, drop=("Linen",)))
    return Order.objects.get(pk=order.pk)


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("amount", ORDER.format("amount = amount + 1")),
        ("tax_amount", ORDER.format("tax_amount = tax_amount + 1")),
        ("revision", ORDER.format("revision = 1")),
        ("authorized_amount", ORDER.format("authorized_amount = authorized_amount + 1")),
        ("adjusting_amount", ORDER.format("adjusting_amount = authorized_amount")),
        ("told of adjust", EVENT.format("amount = amount + 1")),
        ("adjust at the gateway", ADJUST.format("amount = amount + 1")),
        ("captured item", LINE.format("item = gen_random_uuid()")),
    ],
)
def test_wrong_books_of_an_edit_are_found(store: Store, what: str, statement: str) -> None:
    order = _edited(store)
    assert is_sound(order)
    _tamper(order, statement)
    assert what in _found(order)


def test_a_total_the_gateway_changed_unheard_is_no_difference_and_another_is(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    edit(order, wishes(order, drop=("Linen",)))
    assert order.adjusting_amount == 137820
    assert is_sound(order)
    Payment.objects.filter(pk=order.payment_reference).update(amount=1)
    assert "authorized at the gateway" in _found(order)
