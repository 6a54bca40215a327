"""Incoming webhooks: signed, small, and booked before they are answered."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from django.test import Client

from accounts.models import Store
from api import webhooks
from common import clock
from common.standard_webhooks import sign
from orders.models import Operation
from paylinks.models import Attempt
from payments.models import GatewayAccount
from payments.sandbox_client import webhook_secret
from sandbox.actions.controls import set_behaviour
from sandbox.actions.operations import settle
from sandbox.models import Movement, Session, Webhook
from sandbox.snapshots import session_json
from tests import builders
from tests.paylinks.customers import decide, hear, order_of, silent_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(store: Store) -> Attempt:
    return builders.begun(builders.system_link(store))


def body(attempt: Attempt, kind: str = "session.updated", key: str = "") -> bytes:
    session = Session.objects.get(pk=attempt.session_reference)
    return json.dumps({"type": kind, "data": {"key": key, "session": session_json(session, clock.now())}}).encode()


def post(account: uuid.UUID, raw: bytes, *, secret: str = "", provider: str = "sandbox") -> Any:
    headers = sign(secret or webhook_secret(account), f"evt_{uuid.uuid4().hex}", datetime.now(UTC), raw)
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/webhooks/{provider}/{account}/", raw, content_type="application/json", headers=headers)


def test_a_true_webhook_books_what_the_gateway_says(attempt: Attempt) -> None:
    decide(Client(), attempt, "approve", "neither")
    answer = post(attempt.gateway_account_id, body(attempt))
    assert (answer.status_code, answer.content) == (200, b"OK")
    assert order_of(attempt.link).status == "authorized"


def test_it_believes_the_gateway_and_not_the_webhook(attempt: Attempt) -> None:
    lie = body(attempt).replace(b'"state": "open"', b'"state": "authorized"')
    assert post(attempt.gateway_account_id, lie).status_code == 200
    assert order_of(attempt.link).status == "pending"


def test_a_wrong_signature_is_401_and_books_nothing(attempt: Attempt) -> None:
    decide(Client(), attempt, "approve", "neither")
    answer = post(attempt.gateway_account_id, body(attempt), secret=webhook_secret(uuid.uuid4()))
    assert (answer.status_code, answer["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert order_of(attempt.link).status == "pending"


@pytest.mark.parametrize("stamp", ["9" * 400, "9" * 5000, "-1", "now", "", "٣"])
def test_a_time_nobody_can_read_is_401(attempt: Attempt, stamp: str) -> None:
    raw = body(attempt)
    signed = sign(webhook_secret(attempt.gateway_account_id), "evt_1", datetime.now(UTC), raw)
    headers = {**signed, "webhook-timestamp": stamp}
    address = f"/webhooks/sandbox/{attempt.gateway_account_id}/"
    assert Client().post(address, raw, content_type="application/json", headers=headers).status_code == 401


def test_unknown_accounts_and_providers_are_404(attempt: Attempt) -> None:
    assert post(uuid.uuid4(), body(attempt)).status_code == 404
    assert post(attempt.gateway_account_id, body(attempt), provider="other").status_code == 404


def test_only_posts_are_taken(attempt: Attempt) -> None:
    assert Client().get(f"/webhooks/sandbox/{attempt.gateway_account_id}/").status_code == 405


def test_a_body_too_large_is_refused(attempt: Attempt) -> None:
    assert post(attempt.gateway_account_id, b"x" * (webhooks.MOST_BYTES + 1)).status_code == 413


def test_a_body_nobody_can_read_is_400(attempt: Attempt) -> None:
    assert post(attempt.gateway_account_id, b'{"type": 1}').status_code == 400


def test_another_accounts_attempt_is_left_alone(attempt: Attempt, acme: Any) -> None:
    other = builders.connect_sandbox(acme.second_store, clock.now())
    decide(Client(), attempt, "approve", "neither")
    assert post(other.pk, body(attempt)).status_code == 200
    assert order_of(attempt.link).status == "pending"


@pytest.mark.parametrize("kind", ["session.updated", "dispute.created"])
def test_what_is_not_ours_is_taken_and_ignored(attempt: Attempt, kind: str) -> None:
    foreign = body(attempt, kind).replace(str(attempt.pk).encode(), b"somebody-else")
    assert post(attempt.gateway_account_id, foreign).status_code == 200


def test_it_is_sent_again_while_the_gateway_does_not_answer(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(Client(), attempt, "approve", "webhook")
    raw = body(attempt)
    with silent_gateway(monkeypatch):
        assert post(attempt.gateway_account_id, raw).status_code == 503
    assert order_of(attempt.link).status == "pending"
    assert hear() == 1
    assert Webhook.objects.get().last_answer == "200"
    assert order_of(attempt.link).status == "authorized"


def test_an_old_account_is_still_heard(attempt: Attempt) -> None:
    decide(Client(), attempt, "approve", "neither")
    GatewayAccount.objects.update(is_active=False)
    assert post(attempt.gateway_account_id, body(attempt)).status_code == 200
    assert order_of(attempt.link).status == "authorized"


def test_a_late_answer_to_a_capture_is_booked_when_it_is_told(store: Store) -> None:
    set_behaviour("late", at=clock.now(), key_prefix="capture-")
    order = builders.placed_order(store)
    operation = builders.capture(order)
    assert operation.state == "pending"
    movement = Movement.objects.select_related("payment").get(key=operation.key)
    settle(movement.pk, movement.payment.session_id, at=movement.settles_at)
    hear()
    operation.refresh_from_db()
    assert operation.state == "succeeded"
    order.refresh_from_db()
    assert (order.status, order.capturing_amount) == ("captured", 0)


def test_an_operation_whose_outcome_nobody_knows_is_told_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    with silent_gateway(monkeypatch, httpx.ReadTimeout):
        operation = builders.capture(order)
        attempt = Attempt.objects.get(order=order)
        assert operation.state == "unknown"
        raw = body(attempt, "operation.updated", operation.key)
        assert post(attempt.gateway_account_id, raw).status_code == 503
    assert post(attempt.gateway_account_id, raw).status_code == 200
    operation.refresh_from_db()
    assert operation.state == "succeeded"


def test_an_unknown_operation_is_ignored(attempt: Attempt) -> None:
    raw = body(attempt, "operation.updated", "capture-nobody")
    assert post(attempt.gateway_account_id, raw).status_code == 200
    assert not Operation.objects.exists()
