"""The provider's API as a merchant's program meets it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from sandbox import keys
from sandbox.models import Movement, Session
from tests.sandbox.conftest import ACCOUNT

Api = Callable[..., Any]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer sk_test_x",
        f"Basic {keys.api_key(ACCOUNT)}",
        f"Bearer {keys.api_key(ACCOUNT)[:-1]}",
        f"Bearer sk_test_{uuid.uuid4().hex}_{keys.api_key(ACCOUNT).rpartition('_')[2]}",
    ],
)
def test_a_wrong_key_is_refused(authorization: str) -> None:
    headers = {"authorization": authorization}
    answer = Client().get("/sandbox/api/account", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


def test_a_right_key_is_taken(api: Api) -> None:
    assert api("get", "account").json() == {"account": str(ACCOUNT)}


def test_a_session_is_created_once(api: Api, wish: dict[str, Any]) -> None:
    first, second = api("post", "sessions", wish), api("post", "sessions", wish)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": 1.5},
        {"amount": "100"},
        {"currency": "kr"},
        {"return_url": "javascript:alert(1)"},
        {"expires_at": "soon"},
        {"method": "swish", "currency": "EUR"},
        {"our_reference": ""},
    ],
)
def test_a_bad_wish_names_what_is_wrong(api: Api, wish: dict[str, Any], change: dict[str, Any]) -> None:
    answer = api("post", "sessions", {**wish, **change})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_other_methods_are_refused(api: Api) -> None:
    assert api("get", "sessions").status_code == 405


def test_an_operation_needs_a_key(api: Api, authorized: Session) -> None:
    answer = api("post", f"payments/{authorized.payment.pk}/captures", {"amount": 1})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "key_missing")


def test_a_capture_without_a_sum_takes_nothing(api: Api, authorized: Session) -> None:
    path = f"payments/{authorized.payment.pk}/captures"
    answer = api("post", path, **{"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (402, "amount_too_small")


def test_behaviour_is_set_for_a_beginning_of_keys(api: Api, authorized: Session) -> None:
    answer = api("post", "behaviour", {"kind": "decline", "key_prefix": "bad-", "times": 2})
    path = f"payments/{authorized.payment.pk}/captures"

    def capture(key: str) -> int:
        headers = {"idempotency-key": key}
        return int(api("post", path, {"amount": 1}, **headers).status_code)

    assert answer.status_code == 204
    wanted = [("bad-1", 402), ("good-1", 200), ("bad-2", 402), ("bad-3", 200), ("bad-1", 402)]
    assert [(key, capture(key)) for key, _status in wanted] == wanted


def test_the_longest_beginning_wins(api: Api, authorized: Session) -> None:
    api("post", "behaviour", {"kind": "error", "for_everybody": True})
    api("post", "behaviour", {"kind": "decline"})
    api("post", "behaviour", {"kind": "succeed", "key_prefix": "good-"})
    path = f"payments/{authorized.payment.pk}/captures"
    good = api("post", path, {"amount": 1}, **{"idempotency-key": "good-1"})
    other = api("post", path, {"amount": 1}, **{"idempotency-key": "other"})
    assert (good.status_code, other.status_code) == (200, 402)


def test_a_late_refund_fails_days_later(api: Api, authorized: Session) -> None:
    path = f"payments/{authorized.payment.pk}"
    api("post", f"{path}/captures", {"amount": 100}, **{"idempotency-key": "c"})
    api("post", "behaviour", {"kind": "late_decline", "times": 1})
    answer = api("post", f"{path}/refunds", {"amount": 100}, **{"idempotency-key": "r"})
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    Movement.objects.filter(key="r").update(settles_at=clock.now() - timedelta(seconds=1))
    assert api("get", "operations/r").json()["state"] == "declined"
    again = api("post", f"{path}/refunds", {"amount": 100}, **{"idempotency-key": "r2"})
    assert again.json()["state"] == "succeeded"
