"""The audit finds every kind of wrong book, and nothing in right ones."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Line, Order
from orders.selection import Selection
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders

pytestmark = pytest.mark.django_db

ORDER = "UPDATE orders_order SET {} WHERE id = %(order)s"
CAPTURE = "UPDATE orders_operation SET {} WHERE order_id = %(order)s AND kind = 'capture'"
PIECES = "SELECT id FROM orders_operation WHERE order_id = %(order)s AND kind = '{}'"
PIECE = "UPDATE orders_operationline SET {} WHERE operation_id IN (" + PIECES + ")"  # noqa: S608
EVENT = "UPDATE orders_event SET {} WHERE order_id = %(order)s AND kind = '{}'"
MOVEMENT = "UPDATE sandbox_movement SET {} WHERE payment_id::text = %(payment)s AND kind = 'capture'"


def _act(action: Callable[..., Any], order: Order, **wish: Any) -> Any:
    return action(order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now(), **wish)


def _bowls(order: Order, count: int) -> Selection:
    return Selection({Line.objects.get(order=order, name__startswith="Serving").pk: count})


def _busy(store: Store) -> Order:
    """Captured in parts, refunded less a fee, released."""
    order = builders.placed_order(store)
    _act(capture_order, order, selection=_bowls(order, 1))
    _act(capture_order, order, selection=Selection(frees=(Free(30000, 2500, "Deposit"),)))
    _act(refund_order, order, selection=replace(_bowls(order, 1), fee=Free(500, 2500, "Return fee")))
    _act(release_order, order)
    return Order.objects.get(pk=order.pk)


def _tamper(order: Order, statement: str) -> None:
    """Change what no action would change, with the database's own guards taken away."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_event DISABLE TRIGGER USER")
        checks = "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE ANY(%s)"
        cursor.execute(checks, [["captured%", "refunded%", "order_amount%", "cancelled_or%", "settled%"]])
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(statement, {"order": order.pk, "payment": order.payment_reference})
        assert cursor.rowcount > 0


def _found(order: Order) -> set[str]:
    return {difference.what for difference in audit_order(order.pk, asks_gateway=True)}


def test_right_books_have_no_differences(store: Store) -> None:
    _busy(store)
    builders.placed_order(store, method="swish")
    builders.system_link(store)
    builders.paid(builders.system_link(store), outcome="review", method="klarna")
    stray = builders.paid(builders.system_link(store), outcome="other_amount")
    operations.run(stray.operations.get(is_stray=True).pk)
    _act(cancel_order, builders.placed_order(store), tells_customer=False)
    klarna = builders.placed_order(store, method="klarna")
    waiting = builders.placed_order(store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    _act(capture_order, waiting)
    declined = builders.placed_order(store)
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    _act(capture_order, declined)
    part = builders.placed_order(store)
    _act(capture_order, part, selection=_bowls(part, 1))
    with time_machine.travel(clock.now() + timedelta(days=10)):
        _act(extend_order, klarna)
        assert expire_authorizations(clock.now()) == 2
    for order in Order.objects.all():
        assert audit_order(order.pk, asks_gateway=True) == []


COLUMNS = "authorized capturing captured releasing released refunding refunded withheld".split()


@pytest.mark.parametrize("name", COLUMNS)
def test_a_wrong_column_is_found(store: Store, name: str) -> None:
    order = _busy(store)
    _tamper(order, ORDER.format(f"{name}_amount = {name}_amount + 1"))
    assert f"{name}_amount" in _found(order)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (ORDER.format("status = 'part_captured'"), "status"),
        (ORDER.format("currency = 'EUR'"), "currency of capture"),
        (ORDER.format("last_seq = last_seq + 1"), "events"),
        (ORDER.format("captured_amount = authorized_amount + 1"), "captured and released"),
        (ORDER.format("charged_back_amount = captured_amount"), "refunded"),
        (CAPTURE.format("amount = amount + 1"), "captured_amount"),
        (CAPTURE.format("state = 'requested', settled_at = NULL"), "capturing_amount"),
        (CAPTURE.format("state = 'declined'"), "told of capture"),
        (PIECE.format("amount = amount + 1", "capture"), "pieces of capture"),
        (PIECE.format("amount = amount - 1", "refund"), "pieces of refund"),
        (PIECE.format("quantity = 3", "capture"), "units taken of Serving bowl, sea green 24 cm"),
        (PIECE.format("amount = 999999", "capture"), "amount taken of Serving bowl, sea green 24 cm"),
        (PIECE.format("tax_rate = 1200", "capture"), "captured at rate 1200"),
        (PIECE.format("tax_rate = 1200", "refund"), "refunded at rate 1200"),
        (PIECE.format("tax_amount = tax_amount - 1", "refund"), "tax refunded of a captured piece"),
        (PIECE.format("quantity = 2", "refund"), "units refunded of a capture"),
        (PIECE.format("amount = 70000", "refund"), "refunded of a capture"),
        (PIECE.format("capture_id = operation_id", "refund"), "capture a refund is taken from"),
        (EVENT.format("amount = amount - 1", "order.refunded"), "told of refund"),
        (EVENT.format("operation_id = NULL", "order.captured"), "told of capture"),
        (EVENT.format("seq = seq + 100", "order.released"), "events"),
        ("DELETE FROM orders_event WHERE order_id = %(order)s AND kind = 'order.released'", "told of release"),
        (MOVEMENT.format("amount = amount - 1"), "captured at the gateway"),
        (MOVEMENT.format("state = 'declined'"), "capture at the gateway"),
        (MOVEMENT.format("key = 'foreign-' || id"), "capture at the gateway"),
    ],
)  # fmt: skip
def test_an_illegal_change_is_found(store: Store, statement: str, what: str) -> None:
    order = _busy(store)
    _tamper(order, statement)
    assert what in _found(order)


def test_the_command_counts_and_ends_with_one_when_something_differs(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    order = _busy(store)
    builders.placed_order(store)
    call_command("audit", "--gateway")
    assert capsys.readouterr().out == "0 differences in 2 orders\n"
    _tamper(order, ORDER.format("refunded_amount = refunded_amount - 1"))
    with pytest.raises(SystemExit) as end:
        call_command("audit")
    assert end.value.code == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"{order.pk}  refunded_amount: expected ")
    assert told[-1] == "1 differences in 2 orders"
    call_command("audit", "--since", (clock.now() + timedelta(minutes=1)).isoformat())
    assert capsys.readouterr().out == "0 differences in 0 orders\n"
    with pytest.raises(CommandError):
        call_command("audit", "--since", "yesterday")
