"""Money moved in the gateway's own portal, and refunds that come back."""

from __future__ import annotations

import pytest
from django.test import Client

from common import clock
from sandbox.actions import operations
from sandbox.limits import Ask
from sandbox.models import Behaviour, Movement, Session, Webhook
from sandbox.snapshots import session_json
from tests.sandbox.conftest import ACCOUNT

pytestmark = pytest.mark.django_db


def _by_hand(client: Client, session: Session, kind: str, amount: str = "") -> int:
    return client.post(f"/sandbox/sessions/{session.pk}/by-hand/", {"kind": kind, "amount": amount}).status_code


def test_a_movement_by_hand_carries_no_key_and_is_told(client: Client, authorized: Session) -> None:
    assert "Do it here" in client.get("/sandbox/").content.decode()
    assert _by_hand(client, authorized, "capture", "1.00") == 302
    payment = session_json(authorized, clock.now())["payment"]
    assert [(each["kind"], each["key"], each["amount"]) for each in payment["movements"]] == [("capture", "", 100)]
    told = Webhook.objects.latest("pk").payload
    assert (told["type"], told["data"]["key"]) == ("operation.updated", "")


def test_under_review_nothing_is_captured_by_hand(client: Client, under_review: Session) -> None:
    assert _by_hand(client, under_review, "capture", "1.00") == 409


def test_by_hand_the_same_rules_hold(client: Client, authorized: Session) -> None:
    for kind, amount in (("refund", "1.00"), ("capture", ""), ("capture", "much"), ("release", ""), ("adjust", "1")):
        assert _by_hand(client, authorized, kind, amount) == 409
    assert not Movement.objects.exists()


def test_a_refund_comes_back_once(client: Client, authorized: Session) -> None:
    for kind, key in ((Movement.Kind.CAPTURE, "one"), (Movement.Kind.REFUND, "two")):
        ask = Ask(kind, key, 100, "SEK")
        done = operations.perform(
            ACCOUNT, authorized.payment.pk, ask, behaviour=Behaviour.Kind.SUCCEED, at=clock.now()
        )
    assert client.post(f"/sandbox/operations/{done.pk}/fail/").status_code == 302
    told = Webhook.objects.latest("pk").payload["data"]
    payment = told["session"]["payment"]
    assert (told["key"], payment["captured_amount"], payment["refunded_amount"]) == ("two", 100, 0)
    refund = payment["movements"][-1]
    assert (refund["state"], refund["code"]) == ("declined", "refund_failed")
    assert refund["failed_at"]
    assert client.post(f"/sandbox/operations/{done.pk}/fail/").status_code == 409
