"""Staff see money nobody expected, and every order of the history, until all is well."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from common import clock
from orders import operations
from orders.actions import booking
from orders.actions.stray import return_stray
from orders.entries import entries_of
from orders.models import Event, Operation, Order
from paylinks import settle
from payments.gateway import Outcome, Result, SessionState, Snapshot
from sandbox.actions import controls
from sandbox.actions.sessions import choose
from sandbox.models import Behaviour, Session
from tests import builders
from tests.builders import BOWL
from tests.cast import Company
from tests.orders.pages import get, quick_order, rows

pytestmark = pytest.mark.django_db
TABS = ("", "details/", "customer/")
MARK = "Unexpected money</span>"


@pytest.fixture
def found(acme: Company) -> Operation:
    """A payment of 1.00 more than a pending order asks for."""
    attempt = builders.begun(builders.system_link(acme.store))
    choose(
        uuid.UUID(attempt.session_reference), Session.State.AUTHORIZED, at=clock.now(), has_webhook=False, extra=100
    )
    settle.check_attempt(attempt.pk, at=clock.now())
    return Operation.objects.get(order=attempt.order_id, is_stray=True)


def history_row(client: Client, order: uuid.UUID) -> str:
    page = get(client, "/links/")
    row = re.search(rf'<tr role="row" id="link-{order}".*?</tr>', page, re.DOTALL)
    assert row
    return row[0]


def test_the_history_marks_it_and_leads_to_the_order(alice_client: Client, found: Operation) -> None:
    row = history_row(alice_client, found.order_id)
    assert MARK in row
    assert f'href="/orders/{found.order_id}/"' in row


@pytest.mark.parametrize("tab", TABS)
def test_the_page_of_a_pending_order_says_what_came_and_what_is_done(
    alice_client: Client, found: Operation, tab: str
) -> None:
    page = get(alice_client, f"/orders/{found.order_id}/{tab}")
    assert MARK in page
    assert "Money nobody expected: 2,069.20 SEK" in page
    assert "The sum paid is not the order&#x27;s." in page
    assert "It was only reserved and is being let go." in page
    assert 'hx-trigger="every 3s"' in page


def test_a_refusal_is_told_with_the_gateways_words(alice_client: Client, found: Operation) -> None:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    operations.run(found.pk)
    found.refresh_from_db()
    page = get(alice_client, f"/orders/{found.order_id}/")
    assert found.state == "declined"
    assert f"The gateway refused to give it back ({found.message})" in page
    assert 'hx-trigger="every 3s"' not in page
    assert MARK in history_row(alice_client, found.order_id)


def test_the_timeline_keeps_to_the_currency_it_came_in(alice_client: Client, found: Operation) -> None:
    Operation.objects.filter(pk=found.pk).update(currency="NOK")
    found.refresh_from_db()
    for book in (booking.unknown, booking.declined):
        book(found.order, found, clock.now())
    booking.succeeded(found.order, found, Result(Outcome.SUCCEEDED), clock.now())
    strays = Event.objects.filter(order=found.order_id, operation=found).exclude(kind="stray.found")
    assert [entry.currency for entry in entries_of(strays, "SEK", lambda _event: "")] == ["NOK"] * 3


def test_nothing_is_marked_when_it_has_gone_back_at_the_second_try(alice_client: Client, found: Operation) -> None:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    operations.run(found.pk)
    settle.check_attempt(found.order.attempts.get().pk, at=clock.now())
    operations.run(Operation.objects.exclude(pk=found.pk).get(is_stray=True).pk)
    assert MARK not in history_row(alice_client, found.order_id)
    assert "Money nobody expected:" not in get(alice_client, f"/orders/{found.order_id}/")


def test_the_history_notices_when_it_has_gone_back(alice_client: Client, found: Operation) -> None:
    seen = re.search(r'"rows": "([^"]+)"', get(alice_client, "/links/"))
    assert seen
    assert alice_client.get("/links/pulse/", {"rows": seen[1]}).status_code == 204
    operations.run(found.pk)
    assert MARK not in get(alice_client, "/links/pulse/", rows=seen[1])


@pytest.mark.parametrize("query", ["", "?q=FJB-7", "?q=frida"])
def test_the_list_marks_the_order_above_all_else(
    alice_client: Client, acme: Company, at: datetime, query: str, django_assert_max_num_queries: Any
) -> None:
    order = quick_order(acme.store, at, "FJB-7", is_under_review=True)
    quick_order(acme.store, at, "FJB-8", lines=(BOWL,))
    paid_twice = Snapshot(
        SessionState.AUTHORIZED, "s-2", payment_reference="p-2", amount=206820, currency="SEK", captured_amount=206820
    )
    return_stray(order, paid_twice, order.gateway_account, reason="already_paid", at=at)
    alice_client.get("/orders/")
    with django_assert_max_num_queries(5):
        marked = [row for row in rows(get(alice_client, f"/orders/{query}")) if MARK in row]
    assert len(marked) == 1
    assert f"order-{order.pk}" in marked[0]
    page = get(alice_client, f"/orders/{order.pk}/")
    assert "The customer was charged and is being refunded." in page
    assert "Under review" in page


@pytest.mark.parametrize("tab", TABS)
def test_an_order_nobody_has_paid_has_its_page(
    alice_client: Client, acme: Company, tab: str, django_assert_max_num_queries: Any
) -> None:
    link = builders.system_link(acme.store)
    assert f'href="/orders/{link.order_id}/"' in history_row(alice_client, link.order_id)
    with django_assert_max_num_queries(6):
        page = get(alice_client, f"/orders/{link.order_id}/{tab}")
    assert "FJB-10498" in page
    assert "frida.nystrom@example.com" in page
    words = {"": "Payment link created", "details/": "Serving bowl", "customer/": "Sweden"}
    assert words[tab] in page
    assert "2,068.20" in page
    assert Order.objects.get().status == "pending"
