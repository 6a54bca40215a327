"""A webhook is believed only when its signature is right and fresh, and then read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common import standard_webhooks
from payments.gateway import BadSignature, GatewayUnavailable, SessionState
from payments.models import GatewayAccount
from payments.sandbox_client import webhook_secret
from sandbox import keys
from sandbox.models import Webhook


def signed(account: GatewayAccount, body: bytes, at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return standard_webhooks.sign(webhook_secret(account.pk), "evt_1", moment, body)


def told(bench: Any, outcome: str = "approve") -> bytes:
    bench.paid(outcome)
    return json.dumps(Webhook.objects.latest("pk").payload).encode()


def test_both_ends_derive_the_same_secret(account: GatewayAccount) -> None:
    assert webhook_secret(account.pk) == keys.webhook_secret(account.pk)


def test_a_signed_webhook_is_read(bench: Any, account: GatewayAccount) -> None:
    body = told(bench)
    (event,) = bench.gateway.parse_webhook(signed(account, body), body)
    assert (event.id, event.kind, event.our_reference) == ("evt_1", "session.updated", "attempt-1")
    assert event.snapshot.state == SessionState.AUTHORIZED
    assert event.payment_reference == event.snapshot.payment_reference


def test_an_operation_is_told_with_its_key(bench: Any, account: GatewayAccount) -> None:
    paid = bench.paid()
    bench.gateway.capture(paid.payment_reference, 100, "SEK", (), "key-1")
    body = json.dumps(Webhook.objects.latest("pk").payload).encode()
    (event,) = bench.gateway.parse_webhook(signed(account, body), body)
    assert (event.kind, event.key) == ("operation.updated", "key-1")
    assert event.snapshot.captured_amount == 100


def _without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


def _other_key(headers: dict[str, str], _name: str) -> dict[str, str]:
    return {**headers, "webhook-signature": "v1,AAAA"}


def _renamed(headers: dict[str, str], _name: str) -> dict[str, str]:
    return {**headers, "webhook-id": "evt_2"}


@pytest.mark.parametrize("change", [_without, _other_key, _renamed])
@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_bad_signature_is_refused(
    bench: Any,
    account: GatewayAccount,
    change: Callable[[dict[str, str], str], dict[str, str]],
    name: str,
) -> None:
    body = told(bench)
    with pytest.raises(BadSignature):
        bench.gateway.parse_webhook(change(signed(account, body), name), body)


def test_a_changed_body_is_refused(bench: Any, account: GatewayAccount) -> None:
    body = told(bench)
    with pytest.raises(BadSignature):
        bench.gateway.parse_webhook(signed(account, body), body.replace(b"206820", b"1"))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_early_webhook_is_refused(bench: Any, account: GatewayAccount, minutes: int) -> None:
    body = told(bench)
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(BadSignature):
        bench.gateway.parse_webhook(signed(account, body, moment), body)


def test_another_accounts_signature_is_refused(bench: Any, account: GatewayAccount) -> None:
    body = told(bench)
    stranger = GatewayAccount(pk="11111111-1111-4111-8111-111111111111")
    with pytest.raises(BadSignature):
        bench.gateway.parse_webhook(signed(stranger, body), body)


def test_a_moved_clock_does_not_make_webhooks_old(bench: Any, account: GatewayAccount) -> None:
    body = told(bench)
    bench.move_clock(days=3)
    assert bench.gateway.parse_webhook(signed(account, body), body)


def test_signed_nonsense_is_no_event(bench: Any, account: GatewayAccount) -> None:
    with pytest.raises(GatewayUnavailable):
        bench.gateway.parse_webhook(signed(account, b"[]"), b"[]")


def test_an_unknown_kind_is_no_event(bench: Any, account: GatewayAccount) -> None:
    body = told(bench).replace(b"session.updated", b"payout.created")
    assert bench.gateway.parse_webhook(signed(account, body), body) == ()
