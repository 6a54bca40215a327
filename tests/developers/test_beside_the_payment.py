"""The log beside the payment on real transactions: committed at once, waiting for nothing, breaking nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection, transaction

from common import clock
from developers.actions import _write, log_answer, log_call, quietly
from developers.models import RequestLog
from orders.models import Order
from payments.exchange import _call
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(transactional_db: None, request: pytest.FixtureRequest) -> Order:
    return builders.placed_order(request.getfixturevalue("store"))


@pytest.fixture
def somebody() -> Iterator[psycopg.Connection]:
    """Another connection to the same database."""
    known = connection.get_connection_params()
    keys = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{key: known[key] for key in keys if known.get(key)}) as other:
        yield other


# 1 where nothing is waited for
_INSIDE = """
SELECT (current_setting('synchronous_commit') = 'off' AND current_setting('lock_timeout') = '1s')::int
"""


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def _call_of(order: Order) -> Any:
    request = httpx.Request("POST", "http://gateway.example/api/", json={"amount": 1})
    return _call(order.paying_account, "capture", request)


def test_while_the_gateway_is_waited_for_the_row_is_there_and_the_connection_is_not(
    order: Order, somebody: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[object, object]] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        rows = somebody.execute("SELECT count(*) FROM developers_requestlog WHERE action = 'capture'").fetchone()
        seen.append((connection.connection, rows))
        return httpx.Response(500)

    monkeypatch.setattr(
        "payments.sandbox_client.client", lambda *_: httpx.Client(transport=httpx.MockTransport(answer))
    )
    assert builders.capture(order).state == "unknown"
    assert seen == [(None, (1,))]


def test_a_row_waits_for_no_disk_and_money_does(order: Order) -> None:
    def settings() -> tuple[str, str]:
        return _setting("synchronous_commit"), _setting("lock_timeout")

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")  # the throw-away cluster of tests has it off
    assert _write(_INSIDE, {}) == 1
    assert settings() == ("on", "0")
    with transaction.atomic():
        assert _write(_INSIDE, {}) == 0
        assert settings() == ("on", "0")


def test_a_log_that_is_locked_holds_nobody_up(order: Order, somebody: psycopg.Connection) -> None:
    kept = RequestLog.objects.count()
    somebody.execute("LOCK TABLE developers_requestlog IN ACCESS EXCLUSIVE MODE")
    started = time.monotonic()
    assert builders.capture(order).state == "succeeded"
    assert time.monotonic() - started < 60
    somebody.rollback()
    assert RequestLog.objects.count() == kept


def test_inside_somebodys_transaction_a_failure_is_a_savepoint(order: Order) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE developers_requestlog RENAME TO away")
        assert quietly(lambda: log_call(_call_of(order), at=clock.now())) is None
        assert Order.objects.filter(pk=order.pk).exists()
        transaction.set_rollback(True)


def test_what_breaks_in_masking_is_swallowed_too(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("payments.exchange.redaction.message", break_down)
    assert builders.capture(order).state == "succeeded"


def test_a_lost_connection_is_not_handed_to_the_payment(
    order: Order, somebody: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server hangs up while the answer is being logged: the next query, about money, connects anew."""

    def hang_up(row: int, answer: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            [pid] = cursor.fetchone()
        somebody.execute("SELECT pg_terminate_backend(%s)", [pid])
        log_answer(row, answer)

    monkeypatch.setattr("payments.exchange.log_answer", hang_up)
    assert builders.capture(order).state == "succeeded"
