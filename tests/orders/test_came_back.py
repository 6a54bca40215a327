"""A refund that fails days later is reversed by its own operation, and somebody is told."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store, User
from common import clock
from common.actor import Actor
from messaging.actions import deliver
from messaging.models import Message
from orders import operations
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.member_mail import render
from orders.models import Alert, Line, Operation, Order
from orders.selection import Selection, rest_to_refund
from orders.syncing import sync_order
from sandbox import delivery
from sandbox.actions import by_hand, controls
from sandbox.actions.operations import settle
from sandbox.models import Behaviour, Movement
from tests import builders
from tests.orders.pages import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store: Store) -> Order:
    return builders.captured_order(store)


def _bowl(order: Order, fee: int = 0) -> Selection:
    line = Line.objects.get(order=order, name__startswith="Serving")
    return Selection({line.pk: 1}, fee=Free(fee, 2500, "Return fee") if fee else None)


def _refund(order: Order, by: Actor, selection: Selection, key: str = "") -> Operation:
    key = key or uuid.uuid4().hex
    return refund_order(order.pk, key=key, access=None, by=by, at=clock.now(), selection=selection)


def _comes_back(order: Order, refund: Operation) -> Operation:
    """The bank sends it back, and a sync hears of it."""
    movement = Movement.objects.get(key=refund.key)
    by_hand.fail_refund(movement.pk, uuid.UUID(order.session_reference), clock.now())
    [reversal] = sync_order(order.pk, by=Actor.system(), at=clock.now()).booked
    order.refresh_from_db()
    assert audit_order(order.pk, asks_gateway=True) == []
    return reversal


def _left(order: Order) -> dict[int, int]:
    [capture] = rest_to_refund(order)
    return {share.key: share.left_quantity for share in capture.shares if share.is_goods}


def test_the_sums_and_the_pieces_are_free_again(order: Order, bob: User) -> None:
    before = _left(order)
    refund = _refund(order, Actor.member(bob), _bowl(order, fee=5000))
    assert order.withheld_amount == 0
    reversal = _comes_back(order, refund)
    assert (reversal.amount, reversal.reverses_id, reversal.state) == (refund.amount, refund.pk, "succeeded")
    assert (order.refunded_amount, order.withheld_amount) == (0, 0)
    assert order.refundable_amount == order.captured_amount
    assert _left(order) == before
    assert _refund(order, Actor.member(bob), _bowl(order)).state == "succeeded"
    order.refresh_from_db()
    assert audit_order(order.pk, asks_gateway=True) == []


def test_another_refund_stays_as_it_was(order: Order, bob: User) -> None:
    kept = _refund(order, Actor.member(bob), Selection(frees=(Free(10000, 2500, "Discount"),)))
    _comes_back(order, _refund(order, Actor.member(bob), _bowl(order)))
    assert order.refunded_amount == kept.amount


def test_the_order_says_so_and_is_found_until_somebody_refunds_again(
    order: Order, bob: User, alice_client: Client
) -> None:
    refund = _refund(order, Actor.member(bob), _bowl(order))
    _comes_back(order, refund)
    page = get(alice_client, f"/orders/{order.pk}/")
    for words in (
        "failed at the bank on",
        "refund again or pay the customer another way",
        "Refund came back",
        "Dismiss",
    ):
        assert words in page
    assert order.merchant_reference1 in get(alice_client, "/orders/", mark="refund_reversed")
    assert "Refund came back</span>" in get(alice_client, "/orders/")
    _refund(order, Actor.member(bob), Selection(frees=(Free(100, 2500, "Little"),)))
    assert Alert.objects.filter(closed_at=None).exists()  # a small one makes good for nothing
    _refund(order, Actor.member(bob), _bowl(order))
    assert not Alert.objects.filter(closed_at=None).exists()
    assert "Refund came back</span>" not in get(alice_client, "/orders/")


def _free(amount: int) -> Selection:
    return Selection(frees=(Free(amount, 2500, "Discount"),))


def _waiting(order: Order) -> list[int]:
    """The sums of the notices that are open."""
    alerts = Alert.objects.filter(order=order, closed_at=None).order_by("opened_at", "id")
    return list(alerts.values_list("operation__amount", flat=True))


def test_a_refund_asked_for_before_makes_good_for_nothing(order: Order, bob: User) -> None:
    session = uuid.UUID(order.session_reference)
    first = _refund(order, Actor.member(bob), _free(30000))
    controls.set_behaviour(Behaviour.Kind.LATE, at=clock.now(), key_prefix="refund-", times=1)
    second = _refund(order, Actor.member(bob), _free(40000))
    Movement.objects.filter(key=second.key).update(settles_at=clock.now() + timedelta(days=30))
    by_hand.fail_refund(Movement.objects.get(key=first.key).pk, session, clock.now())
    delivery.deliver_due()
    second.refresh_from_db()
    assert (second.state, _waiting(order)) == ("pending", [30000])
    settle(Movement.objects.get(key=second.key).pk, session, clock.now())
    assert operations.resolve(second.pk).state == "succeeded"
    assert _waiting(order) == [30000]


@pytest.mark.parametrize(
    ("given", "waiting"),
    [([40000], [30000]), ([35000], [40000]), ([30000, 40000], []), ([70000], []), ([29999, 39999], [40000])],
)
def test_no_refund_makes_good_for_more_than_it_gave(
    order: Order, bob: User, given: list[int], waiting: list[int]
) -> None:
    for refund in [_refund(order, Actor.member(bob), _free(amount)) for amount in (30000, 40000)]:
        _comes_back(order, refund)
    assert _waiting(order) == [30000, 40000]
    for amount in given:
        assert _refund(order, Actor.member(bob), _free(amount)).state == "succeeded"
    assert _waiting(order) == waiting


def test_who_refunded_gets_a_mail(order: Order, bob: User, mailoutbox: list[Any]) -> None:
    _comes_back(order, _refund(order, Actor.member(bob), _bowl(order)))
    message = Message.objects.get(kind="member.refund_reversed")
    assert message.recipient == bob.email
    deliver(message.pk, render, clock.now())
    [sent] = mailoutbox
    assert "came back" in sent.subject
    assert "Refund it again, or pay the customer another way." in sent.body
    assert f"/orders/{order.pk}/details/" in sent.body


def test_a_notice_can_be_dismissed_by_who_may_capture(
    order: Order, bob: User, vera_client: Client, alice_client: Client
) -> None:
    _comes_back(order, _refund(order, Actor.member(bob), _bowl(order)))
    path = f"/orders/{order.pk}/notices/{Alert.objects.get().pk}/dismiss/"
    assert "/dismiss/" not in get(vera_client, f"/orders/{order.pk}/")
    assert vera_client.post(path).status_code == 403
    for _twice in range(2):
        assert alice_client.post(path).status_code == 302
    assert order.events.filter(kind="alert.dismissed").count() == 1
    assert "failed at the bank on" not in get(alice_client, f"/orders/{order.pk}/")


def test_a_refund_made_at_the_gateway_can_come_back_too(order: Order) -> None:
    session = uuid.UUID(order.session_reference)
    movement = by_hand.move_by_hand(session, "refund", amount=20000, at=clock.now())
    sync_order(order.pk, by=Actor.system(), at=clock.now())
    by_hand.fail_refund(movement.pk, session, clock.now() + timedelta(days=3))
    [reversal] = sync_order(order.pk, by=Actor.system(), at=clock.now()).booked
    order.refresh_from_db()
    assert (reversal.amount, order.refunded_amount) == (20000, 0)
    assert {message.recipient for message in Message.objects.filter(kind="member.refund_reversed")} == {
        "alice@acme.example"
    }
    assert audit_order(order.pk, asks_gateway=True) == []


def test_the_audit_misses_a_reversal_that_is_not_booked(order: Order, bob: User) -> None:
    refund = _refund(order, Actor.member(bob), _bowl(order))
    movement = Movement.objects.get(key=refund.key)
    by_hand.fail_refund(movement.pk, uuid.UUID(order.session_reference), clock.now())
    found = {difference.what for difference in audit_order(order.pk, asks_gateway=True)}
    assert found == {"refunded at the gateway", "refund at the gateway"}
