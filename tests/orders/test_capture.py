"""Capturing an order: once, exactly, and honest about what is not known."""

from __future__ import annotations

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions.capture import capture_order
from orders.models import Operation, Order
from tests import builders

pytestmark = pytest.mark.django_db


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
