"""Webhooks about movements nobody here asked for, and about refunds that came back."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.models import Alert, Operation, Order
from orders.syncing import sync_order
from sandbox import delivery
from sandbox.actions import by_hand, controls, webhooks
from sandbox.models import Control, Movement, Webhook
from tests import builders

pytestmark = pytest.mark.django_db


def _hand(order: Order, kind: str, amount: int | None = None) -> Movement:
    return by_hand.move_by_hand(uuid.UUID(order.session_reference), kind, amount=amount, at=clock.now())


def _refunded(store: Store) -> tuple[Order, Operation]:
    order = builders.captured_order(store)
    refund = refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    return order, refund


def _fail(order: Order, refund: Operation) -> None:
    movement = Movement.objects.get(key=refund.key)
    by_hand.fail_refund(movement.pk, uuid.UUID(order.session_reference), clock.now())


def _hear_all() -> None:
    """Everything that is due, then all of it once more."""
    delivery.deliver_due()
    for told in list(Webhook.objects.values_list("pk", flat=True)):
        webhooks.resend(told, clock.now())
    delivery.deliver_due()
    assert set(Webhook.objects.exclude(state="withheld").values_list("last_answer", flat=True)) <= {"200"}


def test_a_capture_at_the_gateway_is_booked_by_its_webhook_once(store: Store) -> None:
    order = builders.placed_order(store)
    controls.set_webhooks(Control.Webhooks.TWICE)
    _hand(order, "capture", 50000)
    _hear_all()
    order.refresh_from_db()
    assert (order.captured_amount, order.status) == (50000, "part_captured")
    assert Operation.objects.filter(order=order, kind="capture").count() == 1
    assert sync_order(order.pk, by=Actor.system(), at=clock.now()).booked == ()
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_refund_that_came_back_is_reversed_once(store: Store) -> None:
    order, refund = _refunded(store)
    _hear_all()
    _fail(order, refund)
    _hear_all()
    order.refresh_from_db()
    [reversal] = Operation.objects.filter(order=order, kind="reversal")
    assert (reversal.reverses_id, reversal.origin, reversal.amount) == (refund.pk, "gateway", refund.amount)
    assert (order.refunded_amount, order.refundable_amount) == (0, order.captured_amount)
    assert sync_order(order.pk, by=Actor.system(), at=clock.now()).booked == ()
    assert audit_order(order.pk, asks_gateway=True) == []


def test_money_of_another_account_is_left_alone(store: Store) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", 50000)
    Webhook.objects.update(payload=Webhook.objects.latest("pk").payload)
    row = Webhook.objects.latest("pk")
    row.payload["data"]["session"]["payment"]["reference"] = str(uuid.uuid4())
    row.save()
    delivery.deliver_due()
    assert row.last_answer in {"", "200"}
    assert not Operation.objects.filter(order=order, kind="capture").exists()


def test_a_silent_gateway_is_asked_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.paylinks.customers import silent_gateway

    order = builders.placed_order(store)
    delivery.deliver_due()
    _hand(order, "capture", 50000)
    with silent_gateway(monkeypatch):
        delivery.deliver_due()
    assert Webhook.objects.latest("pk").last_answer == "503"
    assert not Operation.objects.filter(order=order, kind="capture").exists()


def test_the_refunded_goods_can_be_refunded_again_and_the_alert_ends(store: Store, alice_client: Client) -> None:
    order, refund = _refunded(store)
    _fail(order, refund)
    delivery.deliver_due()
    assert Alert.objects.get(order=order, closed_at=None).kind == "refund_reversed"
    assert Message.objects.get(kind="member.refund_reversed").recipient == "alice@acme.example"  # the admin
    again = refund_order(order.pk, key="again", access=None, by=Actor.system(), at=clock.now())
    assert (again.state, again.amount) == ("succeeded", refund.amount)
    assert not Alert.objects.filter(order=order, closed_at=None).exists()
    assert audit_order(order.pk, asks_gateway=True) == []
