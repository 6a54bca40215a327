"""Every call leaves a row: what was asked, what was answered, for whom; and the log never stands in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog
from django.db import connection
from django.test import Client

from accounts.models import Store
from common import clock
from developers import actions
from developers.actions import prune_logs
from developers.models import Action, Direction, Problem, RequestLog
from orders.models import Operation
from paylinks.tokens import token_of
from sandbox.actions.controls import set_behaviour
from tests import builders
from tests.api.test_webhooks import body, post
from tests.paylinks.customers import decide, silent_gateway

pytestmark = pytest.mark.django_db


def of(operation: Operation) -> list[RequestLog]:
    return list(RequestLog.objects.filter(operation_id=operation.pk))


def test_a_capture_is_kept_with_its_key_its_answer_and_whom_it_was_for(store: Store) -> None:
    order = builders.placed_order(store)
    with structlog.contextvars.bound_contextvars(request_id="request-1"):
        operation = builders.capture(order)
    [row] = of(operation)
    assert (row.direction, row.action, row.method, row.status_code) == (Direction.OUT, Action.CAPTURE, "POST", 200)
    assert (row.order_id, row.merchant_id, row.store_id) == (order.pk, store.merchant_id, store.pk)
    assert (row.account_id, row.provider) == (order.gateway_account_id, "sandbox")
    assert row.path == f"/sandbox/api/payments/{order.payment_reference}/captures"
    assert row.correlation_id == "request-1"
    assert row.duration_ms is not None
    assert ["idempotency-key", operation.key] in row.request["headers"]
    sent, answered = json.loads(row.request["body"]), json.loads(row.response["body"])
    assert (sent["amount"], sent["currency"], sent["lines"][0]["name"]) == (206820, "SEK", builders.BOWL.name)
    assert (answered["state"], answered["key"]) == ("succeeded", operation.key)


def test_the_api_key_is_not_kept(store: Store) -> None:
    builders.captured_order(store)
    for row in RequestLog.objects.all():
        assert dict(row.request["headers"])["authorization"] == "•••"
        assert "sk_test" not in json.dumps(row.request)


def test_beginning_to_pay_is_kept_without_the_customer_and_without_the_link(store: Store) -> None:
    link = builders.system_link(store)
    attempt = builders.begun(link)
    row = RequestLog.objects.get(action=Action.BEGIN)
    assert (row.order_id, row.attempt_id, row.operation_id) == (link.order_id, attempt.pk, None)
    kept = json.dumps([row.path, row.request, row.response])
    assert token_of(link.pk) not in kept
    assert "frida" not in kept.lower()
    assert attempt.redirect_url not in kept
    sent = json.loads(row.request["body"])
    assert sent["email"] == "f…@…"
    assert sent["return_url"].endswith(f"/pay/•••/back/{attempt.pk}/")
    assert sent["our_reference"] == str(attempt.pk)


def test_asking_again_is_about_the_same_attempt(store: Store) -> None:
    order = builders.placed_order(store)
    assert list(RequestLog.objects.filter(order_id=order.pk).values_list("action", flat=True)) == ["begin", "fetch"]
    assert RequestLog.objects.values("attempt_id").distinct().count() == 1


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (httpx.ReadTimeout, Problem.TIMEOUT),
        (httpx.ConnectError, Problem.NOT_SENT),
        (httpx.RemoteProtocolError, Problem.BROKEN),
    ],
)
def test_what_was_not_answered_says_why(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: type[httpx.HTTPError], problem: str
) -> None:
    order = builders.placed_order(store)
    with silent_gateway(monkeypatch, error):
        operation = builders.capture(order)
    [row] = of(operation)
    assert (row.status_code, row.problem, row.response) == (None, problem, None)


def test_a_refusal_is_kept_with_the_gateways_words(store: Store) -> None:
    order = builders.placed_order(store)
    set_behaviour("decline", at=clock.now(), key_prefix="capture-")
    [row] = of(builders.capture(order))
    assert row.status_code == 402
    assert json.loads(row.response["body"])["state"] == "declined"


def test_the_row_stands_before_the_call(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    seen: list[tuple[int | None, int | None]] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        seen.append(RequestLog.objects.values_list("status_code", "duration_ms").get(action=Action.CAPTURE))
        return httpx.Response(500)

    monkeypatch.setattr(
        "payments.sandbox_client.client", lambda *_: httpx.Client(transport=httpx.MockTransport(answer))
    )
    builders.capture(order)
    assert seen == [(None, None)]


@contextmanager
def _broken_log() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE developers_requestlog RENAME TO away")
        yield
        cursor.execute("ALTER TABLE away RENAME TO developers_requestlog")


def test_a_broken_log_keeps_no_payment(store: Store) -> None:
    with _broken_log():
        order = builders.captured_order(store)
    assert order.status == "captured"
    assert not RequestLog.objects.exists()


def test_a_webhook_is_kept_with_what_it_was_about_and_how_it_was_answered(store: Store) -> None:
    attempt = builders.begun(builders.system_link(store))
    decide(Client(), attempt, "approve", "neither")
    post(attempt.gateway_account_id, body(attempt))
    row = RequestLog.objects.get(direction=Direction.IN)
    assert (row.action, row.method, row.status_code) == (Action.WEBHOOK, "POST", 200)
    assert (row.order_id, row.attempt_id, row.store_id) == (attempt.order_id, attempt.pk, store.pk)
    assert row.path == f"/webhooks/sandbox/{attempt.gateway_account_id}/"
    headers = dict(row.request["headers"])
    assert headers["webhook-signature"] == "•••"
    assert headers["webhook-id"].startswith("evt_")
    assert json.loads(row.request["body"])["data"]["session"]["our_reference"] == str(attempt.pk)


def test_a_webhook_about_an_operation_names_it(store: Store) -> None:
    operation = builders.capture(builders.placed_order(store))
    attempt = operation.order.attempts.get()
    post(attempt.gateway_account_id, body(attempt, "operation.updated", operation.key))
    assert [row.direction for row in of(operation)] == ["out", "in"]


def test_of_an_unproven_webhook_only_its_size_is_kept_and_not_of_every_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.incoming._MOST_UNPROVEN", 2)
    attempt = builders.begun(builders.system_link(store))
    raw = body(attempt)
    for _try in range(3):
        assert post(attempt.gateway_account_id, raw, secret="whsec_d3Jvbmc=").status_code == 401
    first, _second = RequestLog.objects.filter(direction=Direction.IN)
    assert (first.status_code, first.order_id, first.account_id) == (401, None, attempt.gateway_account_id)
    assert (first.direction, first.method, first.path) == ("in", "POST", f"/webhooks/sandbox/{first.account_id}/")
    assert (first.request["kind"], first.request["body"], first.request["size"]) == ("other", "", len(raw))


def _rows(at: datetime, *days: float) -> None:
    row = RequestLog.objects.earliest("pk")
    for age in days:
        row.pk, row.at = None, at - timedelta(days=age)
        row.save(force_insert=True)


def test_pruning_takes_what_is_older_and_nothing_younger(
    store: Store, at: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOG_RETENTION_DAYS = 30
    monkeypatch.setattr(actions, "BATCH", 2)
    builders.begun(builders.system_link(store))
    _rows(at, 31, 40, 400, 30.001, 29.999, 30, 0)
    assert prune_logs(at) == 4
    assert {round((at - row.at).total_seconds() / 86400, 3) for row in RequestLog.objects.all()} == {29.999, 30, 0}
