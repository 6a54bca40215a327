"""Cancelling while somebody pays or captures, and money that comes too late: it ends where it belongs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions import capture, let_go, reserve, stray
from orders.audit import audit_order
from orders.models import Operation, Order
from paylinks import settle
from paylinks.actions import cancel, withdraw
from paylinks.models import Attempt, PaymentLink
from sandbox.models import Session
from tests import builders
from tests.concurrency.racing import (
    Meeting,
    attempt_without_lock,
    meet_after_the_guard,
    order_without_lock,
    race,
    winners,
    without,
)

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor("member", "alice@acme.example")
Wish = Callable[[], Any]


def _cancel_link(link: PaymentLink) -> Wish:
    return lambda: cancel.cancel_link(link.pk, access=None, by=BY, at=clock.now())


def _withdraw(link: PaymentLink) -> Wish:
    return lambda: withdraw.withdraw_order(
        link.order_id, key="w", access=None, by=BY, at=clock.now(), tells_customer=False
    )


def _pay(attempt: Attempt) -> Wish:
    """The customer confirms at the gateway and comes back."""

    def pay() -> None:
        builders.decide(attempt)
        settle.check_attempt(attempt.pk, at=clock.now())

    return pay


@pytest.mark.parametrize(
    ("ways", "unpaid"), [((cancel, _cancel_link), "pending"), ((withdraw, _withdraw), "cancelled")]
)
def test_cancelling_against_paying_ends_one_way(store: Store, ways: tuple[Any, Any], unpaid: str) -> None:
    """Either the customer was faster and the order stands, or the link is closed and nothing is reserved."""
    link = builders.system_link(store)
    attempt = builders.begun(link)
    race(_pay(attempt), ways[1](link))
    settle.check_attempt(attempt.pk, at=clock.now())
    order = Order.objects.get(pk=link.order_id)
    link.refresh_from_db()
    assert (order.status, link.status) in {("authorized", "completed"), (unpaid, "cancelled")}
    assert not order.operations.filter(is_stray=True).exists()
    assert audit_order(order.pk, asks_gateway=True) == []


@pytest.mark.parametrize("ways", [(cancel, _cancel_link), (withdraw, _withdraw)])
def test_control_without_closing_first_the_customer_pays_for_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, ways: tuple[Any, Any]
) -> None:
    link = builders.system_link(store)
    attempt = builders.begun(link)
    meeting = Meeting(2)

    def ended_first(_order: uuid.UUID, act: Wish, **_: Any) -> None:
        act()
        meeting.wait()

    def then_paid() -> None:
        meeting.wait()
        _pay(attempt)()

    monkeypatch.setattr(ways[0], "after_closing", ended_first)
    monkeypatch.setattr(ways[0], "refuse_begun", lambda _order: None)
    race(then_paid, ways[1](link))
    order = Order.objects.get(pk=link.order_id)
    assert order.authorized_amount == 0
    assert order.operations.filter(is_stray=True).exists()  # and it has to be given back


def _too_late(store: Store) -> Attempt:
    """The gateway has authorized after the grace of a link that had ended."""
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    attempt = builders.begun(link)
    builders.decide(attempt)
    payment = Session.objects.get(pk=attempt.session_reference).payment
    assert payment is not None
    payment.authorized_at = link.expires_at + timedelta(minutes=16)
    payment.save()
    return attempt


def _checks(attempt: Attempt, times: int) -> list[Any]:
    return race(*[lambda: settle.check_attempt(attempt.pk, at=clock.now())] * times)


def test_late_money_heard_of_thrice_at_once_goes_back_once(store: Store) -> None:
    attempt = _too_late(store)
    _checks(attempt, 3)
    stray = Operation.objects.get(order=attempt.order_id, is_stray=True)
    assert operations.run(stray.pk).state == "succeeded"
    order = Order.objects.get(pk=attempt.order_id)
    assert (order.status, order.events.filter(kind="stray.found").count()) == ("pending", 1)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_lock_and_key_late_money_is_asked_back_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = _too_late(store)
    meeting = Meeting(2)
    real = stray._reserve

    def met(*args: Any, **named: Any) -> Operation:
        meeting.wait()  # both have looked for an earlier return, and neither has written one
        return real(*args, **named)

    monkeypatch.setattr(stray, "_reserve", met)
    monkeypatch.setattr(settle, "_locked", attempt_without_lock)
    monkeypatch.setattr(stray, "record", lambda *_, **__: None)
    with without("orders_operation", _one_operation_per_key()):
        _checks(attempt, 2)
        assert Operation.objects.filter(order=attempt.order_id, is_stray=True).count() == 2


def _one_operation_per_key() -> str:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "orders_operation")
    return next(str(name) for name, each in found.items() if each["columns"] == ["key"] and each["unique"])


def _capture(order: Order, key: str) -> Wish:
    return lambda: capture.capture_order(order.pk, key=key, access=None, by=BY, at=clock.now())


def _cancel(order: Order) -> Wish:
    return lambda: let_go.cancel_order(order.pk, key="c", access=None, by=BY, at=clock.now(), tells_customer=False)


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two meet between the guard and the reservation; nothing is sent to the gateway."""
    meet_after_the_guard(monkeypatch)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock, and what is reserved is not sent."""
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    monkeypatch.setattr(operations, "run", lambda key: Operation.objects.get(pk=key))


def test_capture_against_cancel_does_one_of_them(store: Store, meet: None) -> None:
    order = builders.placed_order(store)
    results = race(_capture(order, "a"), _cancel(order))
    assert len(winners(results)) == 1, results
    assert [type(result) for result in results if isinstance(result, Exception)] == [DomainError]
    order.refresh_from_db()
    assert order.status in {"captured", "cancelled"}
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_lock_and_constraint_the_reservation_is_taken_and_let_go(
    store: Store, meet: None, unguarded: None
) -> None:
    order = builders.placed_order(store)
    with without("orders_order", "captured_and_released_is_at_most_authorized"):
        race(_capture(order, "a"), _cancel(order))
        assert set(order.operations.values_list("kind", flat=True)) == {"authorize", "capture", "void"}


def test_control_without_lock_and_constraints_a_double_click_captures_twice(
    store: Store, meet: None, unguarded: None
) -> None:
    order, key = builders.placed_order(store), uuid.uuid4().hex
    with (
        without("orders_order", "captured_and_released_is_at_most_authorized"),
        without("orders_operation", _one_operation_per_key()),
    ):
        race(_capture(order, key), _capture(order, key))
        assert order.operations.filter(kind="capture").count() == 2
