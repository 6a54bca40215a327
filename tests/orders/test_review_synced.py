"""Sync payments hears what the gateway decided about a payment under review, also when no webhook came."""

from __future__ import annotations

import uuid

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.audit import audit_order
from orders.models import Order
from orders.syncing import Synced, sync_order
from paylinks import settle
from paylinks.models import Attempt
from sandbox.actions import by_hand, controls, sessions
from tests import builders

pytestmark = pytest.mark.django_db


def _decided(store: Store, method: str, *, is_approved: bool, is_extended: bool = False) -> tuple[Order, Synced]:
    order = builders.paid(builders.system_link(store), "review", method=method)
    sessions.review(order.session_reference, is_approved=is_approved, at=clock.now())
    if is_extended:
        by_hand.move_by_hand(uuid.UUID(order.session_reference), "extend", amount=None, at=clock.now())
    done = sync_order(order.pk, by=Actor.system(), at=clock.now())
    order.refresh_from_db()
    return order, done


@pytest.mark.parametrize(("method", "status"), [("klarna", "authorized"), ("swish", "captured")])
def test_an_approval_is_heard_confirmed_and_not_asked_for_again(store: Store, method: str, status: str) -> None:
    order, done = _decided(store, method, is_approved=True)
    assert (order.status, order.is_under_review, done.is_clean) == (status, False, True)
    confirmations = Message.objects.filter(order_id=order.pk, kind="order.confirmation")
    assert confirmations.count() == 1
    attempt = Attempt.objects.get(order=order)
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.next_check_at, confirmations.count()) == (None, 1)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_rejection_is_heard(store: Store) -> None:
    order, done = _decided(store, "klarna", is_approved=False)
    assert (order.status, order.released_amount, done.is_clean) == ("cancelled", order.authorized_amount, True)


def test_what_was_done_at_the_gateway_after_the_approval_is_booked_too(store: Store) -> None:
    _order, done = _decided(store, "klarna", is_approved=True, is_extended=True)
    assert ([operation.kind for operation in done.booked], done.findings) == (["extend"], ())


@pytest.mark.parametrize("tells_sums_only", [False, True])
def test_what_the_gateway_let_go_of_while_it_looked_is_no_rejection(store: Store, *, tells_sums_only: bool) -> None:
    controls.set_sums_only(is_on=tells_sums_only)
    order = builders.paid(builders.system_link(store), "review", method="klarna")
    by_hand.move_by_hand(uuid.UUID(order.session_reference), "void", amount=None, at=clock.now())
    done = sync_order(order.pk, by=Actor.system(), at=clock.now())
    order.refresh_from_db()
    assert ([each.kind for each in done.booked], done.is_clean) == (["void"], True)
    assert (order.status, order.is_under_review, order.released_amount) == (
        "cancelled",
        False,
        order.authorized_amount,
    )
    assert not Message.objects.filter(order_id=order.pk, kind="order.cancelled").exists()


def test_of_sums_what_was_moved_after_the_approval_is_booked_at_once(store: Store) -> None:
    controls.set_sums_only(is_on=True)
    order = builders.paid(builders.system_link(store), "review", method="swish")
    sessions.review(order.session_reference, is_approved=True, at=clock.now())
    by_hand.move_by_hand(uuid.UUID(order.session_reference), "refund", amount=10000, at=clock.now())
    done = sync_order(order.pk, by=Actor.system(), at=clock.now())
    assert ([(each.kind, each.amount) for each in done.booked], done.is_clean) == ([("refund", 10000)], True)
