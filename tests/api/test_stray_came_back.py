"""A refund of money nobody expected that fails days later: reversed by its own operation, and a person is told."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.actions import deliver
from messaging.models import Message
from orders import operations
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.member_mail import render
from orders.models import Alert, Operation, Order
from orders.returned_strays import check_strays
from paylinks import settle
from paylinks.models import Attempt
from sandbox import delivery
from sandbox.actions import by_hand, controls, webhooks
from sandbox.actions.sessions import choose
from sandbox.models import Movement, Session, Webhook
from tests import builders
from tests.concurrency.racing import race
from tests.orders.pages import get
from tests.paylinks.customers import silent_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(store: Store) -> Attempt:
    """A payment of 1.00 too much, charged at once and refunded."""
    attempt = builders.begun(builders.system_link(store), method="swish")
    session = uuid.UUID(attempt.session_reference)
    choose(session, Session.State.AUTHORIZED, at=clock.now(), has_webhook=False, extra=100)
    settle.check_attempt(attempt.pk, at=clock.now())
    refund = operations.run(_strays(attempt).get().pk)
    assert (refund.kind, refund.state) == ("refund", "succeeded")
    settle.check_attempt(attempt.pk, at=clock.now())
    delivery.deliver_due()
    return attempt


def _strays(attempt: Attempt) -> Any:
    return Operation.objects.filter(order=attempt.order_id, is_stray=True).order_by("requested_at")


def _fail(attempt: Attempt) -> None:
    """The bank sends it back; the webhook waits to be sent."""
    movement = Movement.objects.get(key=_strays(attempt).filter(kind="refund").last().key)
    by_hand.fail_refund(movement.pk, uuid.UUID(attempt.session_reference), clock.now())


def _hear_all() -> None:
    for _twice in range(2):
        for told in list(Webhook.objects.values_list("pk", flat=True)):
            webhooks.resend(told, clock.now())
        delivery.deliver_due()
    assert set(Webhook.objects.exclude(state="withheld").values_list("last_answer", flat=True)) <= {"200"}


def test_it_is_reversed_once_and_not_tried_again_by_itself(attempt: Attempt) -> None:
    before = Order.objects.get(pk=attempt.order_id)
    _fail(attempt)
    _hear_all()
    refund, reversal = _strays(attempt)
    assert (reversal.kind, reversal.state, reversal.reverses_id) == ("reversal", "succeeded", refund.pk)
    assert (reversal.amount, reversal.origin) == (refund.amount, "gateway")
    after = Order.objects.get(pk=attempt.order_id)
    assert (after.refunded_amount, after.captured_amount, after.status) == (0, 0, before.status)
    assert Alert.objects.get(closed_at=None).operation_id == reversal.pk
    assert after.events.filter(kind="stray.came_back").count() == 1
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.next_check_at, _strays(attempt).count()) == (None, 2)
    assert audit_order(after.pk, asks_gateway=True) == []


def test_unheard_the_audit_finds_it_and_a_question_books_it(attempt: Attempt) -> None:
    _fail(attempt)
    found = {each.what for each in audit_order(attempt.order_id, asks_gateway=True)}
    assert found == {"unexpected money at the gateway"}
    [reversal] = check_strays(attempt.order_id, at=clock.now())
    assert reversal.amount == 206920
    assert check_strays(attempt.order_id, at=clock.now()) == ()
    assert audit_order(attempt.order_id, asks_gateway=True) == []


def test_it_is_told_again_while_the_gateway_does_not_answer(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail(attempt)
    with silent_gateway(monkeypatch):
        delivery.deliver_due()
    assert Webhook.objects.latest("pk").last_answer == "503"
    assert _strays(attempt).count() == 1


def test_the_order_says_so_and_a_person_gives_it_back_again(attempt: Attempt, alice_client: Client) -> None:
    _fail(attempt)
    delivery.deliver_due()
    page = get(alice_client, f"/orders/{attempt.order_id}/")
    for words in ("failed at the bank on", "It was money nobody expected", "Unexpected money came back"):
        assert words in page
    path = f"/orders/{attempt.order_id}/notices/{Alert.objects.get().pk}/again/"
    assert f'action="{path}"' in page
    answer = alice_client.post(path, follow=True).content.decode()
    assert "2,069.20 SEK went back." in answer
    again = _strays(attempt).last()
    assert (again.kind, again.state, again.actor) == ("refund", "succeeded", "alice@acme.example")
    assert not Alert.objects.filter(closed_at=None).exists()
    assert "Nothing waits to be given back here any more." in alice_client.post(path, follow=True).content.decode()
    assert _strays(attempt).count() == 3
    assert audit_order(attempt.order_id, asks_gateway=True) == []


def test_the_history_marks_the_order_nobody_has_paid_until_it_is_seen_to(
    attempt: Attempt, alice_client: Client
) -> None:
    _fail(attempt)
    delivery.deliver_due()
    page = get(alice_client, "/links/")
    assert "Refund came back</span>" in page
    assert Order.objects.get(pk=attempt.order_id).placed_at is None  # so it stands in no other list
    [seen] = re.findall(r'"rows": "([^"]+)"', page)
    assert alice_client.get("/links/pulse/", {"rows": seen}).status_code == 204
    alice_client.post(f"/orders/{attempt.order_id}/notices/{Alert.objects.get().pk}/dismiss/")
    assert "Refund came back</span>" not in get(alice_client, "/links/pulse/", rows=seen)


def test_refused_again_it_still_waits(attempt: Attempt, alice_client: Client) -> None:
    _fail(attempt)
    delivery.deliver_due()
    controls.set_behaviour("decline", at=clock.now(), key_prefix="stray-", times=1)
    path = f"/orders/{attempt.order_id}/notices/{Alert.objects.get().pk}/again/"
    page = alice_client.post(path, follow=True).content.decode()
    assert "The gateway refused to give it back again (The bank said no.)" in page
    assert Alert.objects.filter(closed_at=None).exists()
    settle.check_attempt(attempt.pk, at=clock.now())
    assert _strays(attempt).count() == 3


def test_a_viewer_cannot_and_a_stranger_finds_nothing(
    attempt: Attempt, vera_client: Client, charlie_client: Client
) -> None:
    _fail(attempt)
    delivery.deliver_due()
    path = f"/orders/{attempt.order_id}/notices/{Alert.objects.get().pk}/again/"
    assert path not in get(vera_client, f"/orders/{attempt.order_id}/")
    assert vera_client.post(path).status_code == 403
    assert charlie_client.post(path).status_code == 404
    assert _strays(attempt).count() == 2


def test_given_back_in_the_gateways_portal_the_notice_ends(attempt: Attempt) -> None:
    _fail(attempt)
    delivery.deliver_due()
    by_hand.move_by_hand(uuid.UUID(attempt.session_reference), "refund", amount=206920, at=clock.now())
    delivery.deliver_due()
    assert not Alert.objects.filter(closed_at=None).exists()
    assert _strays(attempt).count() == 2


def test_a_refund_of_the_order_ends_no_notice_of_such_money(store: Store, attempt: Attempt) -> None:
    _fail(attempt)
    delivery.deliver_due()
    other = builders.captured_order(store)
    Alert.objects.update(order=other)
    Operation.objects.filter(kind="reversal").update(amount=1)
    refund_order(other.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    assert Alert.objects.filter(closed_at=None).exists()


def test_admins_are_mailed(attempt: Attempt, mailoutbox: list[Any]) -> None:
    _fail(attempt)
    delivery.deliver_due()
    message = Message.objects.get(kind="member.refund_reversed")
    deliver(message.pk, render, clock.now())
    [sent] = mailoutbox
    assert (sent.to, "2,069.20 SEK" in sent.subject) == (["alice@acme.example"], True)


@pytest.mark.django_db(transaction=True)
def test_heard_twice_at_once_it_is_reversed_once(attempt: Attempt) -> None:
    _fail(attempt)
    check = lambda: check_strays(attempt.order_id, at=clock.now())  # noqa: E731
    results = race(check, check, delivery.deliver_due)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert _strays(attempt).filter(kind="reversal").count() == 1
