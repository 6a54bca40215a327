"""After 24 hours without an answer an operation is put before a person."""

from __future__ import annotations

import html
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store, User
from common import clock
from common.actor import Actor
from messaging.actions import deliver
from messaging.models import Message
from orders import operations
from orders.actions.capture import capture_order
from orders.audit import audit_order
from orders.member_mail import render
from orders.models import Alert, Event, Operation, Order
from paylinks import settle
from sandbox import clock as sandbox_clock
from sandbox.actions import controls
from sandbox.actions.sessions import choose
from sandbox.models import Behaviour, Session
from tests import builders
from tests.orders.pages import get
from tests.paylinks.customers import silent_gateway

pytestmark = pytest.mark.django_db
SHORT_OF_A_DAY = timedelta(hours=23, minutes=30)


@pytest.fixture
def unknown(store: Store, bob: User) -> Operation:
    """Bob's capture, whose request may have arrived or not."""
    order = builders.placed_order(store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_BEFORE, at=clock.now(), times=1)
    return capture_order(order.pk, key="one", access=None, by=Actor.member(bob), at=clock.now())


@pytest.fixture(autouse=True)
def real_time() -> Any:
    yield
    sandbox_clock.remember(timedelta(0))


def _sweep(after: timedelta) -> int:
    sandbox_clock.remember(after)
    return operations.sweep_operations(clock.now())


def _told(operation: Operation) -> int:
    return Event.objects.filter(order=operation.order_id, kind="operation.handed_over").count()


def test_before_a_day_is_over_nobody_is_troubled(unknown: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_gateway(monkeypatch):
        assert _sweep(SHORT_OF_A_DAY) == 1
    assert (_told(unknown), Alert.objects.count()) == (0, 0)


def test_after_a_day_it_is_handed_over_once_and_asked_daily(
    unknown: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_gateway(monkeypatch):
        assert _sweep(timedelta(hours=24)) == 1
        assert _sweep(timedelta(hours=40)) == 0
        assert _sweep(timedelta(hours=49)) == 1
    unknown.refresh_from_db()
    assert (unknown.state, _told(unknown)) == ("unknown", 1)
    assert unknown.handed_over_at is not None
    assert Order.objects.get(pk=unknown.order_id).capturing_amount == unknown.amount  # nothing is guessed
    assert Message.objects.get(kind="member.handed_over").recipient == "bob@acme.example"
    assert audit_order(unknown.order_id) == []


def test_the_order_says_what_is_known_and_is_found_in_the_list(
    unknown: Operation, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_gateway(monkeypatch):
        _sweep(timedelta(hours=24))
    page = get(alice_client, f"/orders/{unknown.order_id}/")
    for words in ("No answer about the capture of 2,068.20 SEK", unknown.key, "then press Sync payments"):
        assert words in page
    assert "/dismiss/" not in page
    reference = Order.objects.get(pk=unknown.order_id).merchant_reference1
    listed = get(alice_client, "/orders/", mark="handed_over")
    assert reference in listed
    assert "No answer</span>" in listed
    alert = Alert.objects.get()
    assert alice_client.post(f"/orders/{unknown.order_id}/notices/{alert.pk}/dismiss/").status_code == 409


def test_an_answer_ends_the_alert(unknown: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_gateway(monkeypatch):
        _sweep(timedelta(hours=24))
    _sweep(timedelta(hours=49))
    unknown.refresh_from_db()
    assert unknown.state == "succeeded"
    assert Alert.objects.get().closed_at is not None


def test_the_mail_says_where_to_look_and_is_not_sent_after_an_answer(
    unknown: Operation, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    with silent_gateway(monkeypatch):
        _sweep(timedelta(hours=24))
    message = Message.objects.get(kind="member.handed_over")
    later: datetime = clock.now()
    assert deliver(message.pk, render, later) == "sent"
    [sent] = mailoutbox
    assert unknown.key in sent.body
    assert "Sync payments" in sent.body
    Message.objects.filter(pk=message.pk).update(state="queued", next_at=later, settled_at=None)
    _sweep(timedelta(hours=49))
    assert deliver(message.pk, render, clock.now()) == "dropped"


def test_for_the_systems_own_work_the_admins_hear_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_BEFORE, at=clock.now(), times=1)
    builders.capture(order)
    with silent_gateway(monkeypatch):
        _sweep(timedelta(hours=24))
    assert [message.recipient for message in Message.objects.filter(kind="member.handed_over")] == [
        "alice@acme.example"
    ]


@pytest.fixture
def stray(store: Store) -> Operation:
    """A payment of 1.00 too much for an order nobody has paid, on its way back."""
    attempt = builders.begun(builders.system_link(store))
    choose(
        uuid.UUID(attempt.session_reference), Session.State.AUTHORIZED, at=clock.now(), has_webhook=False, extra=100
    )
    settle.check_attempt(attempt.pk, at=clock.now())
    return Operation.objects.get(order=attempt.order_id, is_stray=True)


def test_of_money_nobody_expected_it_says_so_and_advises_what_is_possible(
    stray: Operation, alice_client: Client, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    with silent_gateway(monkeypatch):
        operations.run(stray.pk)
        _sweep(timedelta(hours=25))
    page = html.unescape(get(alice_client, f"/orders/{stray.order_id}/"))
    assert re.search(r"No answer since [^<]+ about giving back 2,069.20 SEK that nobody expected", page)
    assert f"for payment {stray.payment_reference} or our key {stray.key}. The gateway is asked once a day" in page
    deliver(Message.objects.get(kind="member.handed_over").pk, render, clock.now())
    [sent] = mailoutbox
    assert "giving back 2,069.20 SEK that nobody expected, FJB-10498" in sent.subject
    html_body = sent.alternatives[0].content
    for words in (page, sent.body, html_body):
        assert "Sync payments" not in words
        assert "about the cancellation" not in words
    for words in (sent.body, html_body):
        assert "2,069.20 SEK that nobody expected, paid for order FJB-10498" in words
        assert "Release of" not in words
        assert "once a day until it answers." in words
