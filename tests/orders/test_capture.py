"""Capturing an order: once, exactly, and honest about what is not known."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.reserve import LEASE
from orders.models import Operation, Order
from payments.gateway import Outcome, Result
from sandbox.models import Movement
from tests import builders

pytestmark = pytest.mark.django_db
Patch = pytest.MonkeyPatch
_SEND = operations._send


def test_a_paid_order_is_captured_whole(store: Store) -> None:
    order = builders.placed_order(store)
    assert (order.status, order.authorized_amount, order.captured_amount) == ("authorized", builders.TOTAL, 0)
    operation = builders.capture(order)
    order.refresh_from_db()
    assert operation.state == "succeeded"
    assert (order.status, order.captured_amount, order.capturing_amount) == ("captured", builders.TOTAL, 0)
    assert [event.kind for event in order.events.order_by("seq")] == [
        "order.created",
        "link.created",
        "link.begun",
        "order.placed",
        "order.authorized",
        "order.captured",
    ]
    assert sum(piece.amount for piece in operation.lines.all()) == builders.TOTAL


def test_the_same_wish_posted_twice_is_one_capture(store: Store) -> None:
    order = builders.placed_order(store)
    first, second = builders.capture(order, key="form"), builders.capture(order, key="form")
    assert first.pk == second.pk
    assert Operation.objects.filter(order=order, kind="capture").count() == 1


def test_who_presses_again_while_it_is_sent_does_not_send_it_too(store: Store, monkeypatch: Patch) -> None:
    order, again = builders.placed_order(store), []

    def send(operation: Operation) -> Result:
        again.append(builders.capture(order, key="form").state)
        return _SEND(operation)

    monkeypatch.setattr(operations, "_send", send)
    assert builders.capture(order, key="form").state == "succeeded"
    assert again == ["requested"]


@pytest.mark.parametrize("is_swept", [True, False])
def test_when_who_sent_it_has_died_another_does_once_the_lease_is_over(
    store: Store, monkeypatch: Patch, is_swept: bool
) -> None:
    order = builders.placed_order(store)
    with monkeypatch.context() as dying:
        dying.setattr(operations, "_send", Mock(side_effect=SystemExit))
        with pytest.raises(SystemExit):
            builders.capture(order, key="form")
    assert builders.capture(order, key="form").state == "requested"
    with time_machine.travel(clock.now() + LEASE):
        if is_swept:
            assert operations.sweep_operations(clock.now()) == 1
        assert builders.capture(order, key="form").state == "succeeded"
    assert Movement.objects.filter(payment_id=order.payment_reference, kind="capture").count() == 1


def test_what_never_arrived_is_sent_at_once_when_pressed_again(store: Store, monkeypatch: Patch) -> None:
    order = builders.placed_order(store)
    with monkeypatch.context() as away:
        away.setattr(operations, "_send", lambda _operation: Result(Outcome.RETRYABLE))
        assert builders.capture(order, key="form").state == "requested"
    assert builders.capture(order, key="form").state == "succeeded"


def test_a_stale_form_does_nothing(store: Store) -> None:
    order = builders.placed_order(store)
    with pytest.raises(DomainError, match="changed since"):
        capture_order(order.pk, key="k", version=order.version - 1, access=None, by=Actor.system(), at=clock.now())
    order.refresh_from_db()
    assert order.capturing_amount == 0


def test_nothing_is_captured_twice_after_it_was_captured(store: Store) -> None:
    order = builders.captured_order(store)
    with pytest.raises(DomainError, match="Everything has been captured"):
        builders.capture(order, key="again")


def test_swish_charges_at_once(store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    assert (order.status, order.captured_amount) == ("captured", builders.TOTAL)
    assert order.events.order_by("-seq").first().kind == "order.captured"  # type: ignore[union-attr]


def test_auto_capture_is_reserved_with_the_authorization(store: Store) -> None:
    order = builders.placed_order(store, auto_capture=True)
    operation = Operation.objects.get(order=order, kind="capture")
    assert (operation.state, operation.is_automatic, order.capturing_amount) == ("requested", True, builders.TOTAL)
    operations.run(operation.pk)
    assert Order.objects.get(pk=order.pk).status == "captured"
