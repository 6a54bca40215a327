"""Webhooks are rows first, and sent until somebody takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from common import clock, standard_webhooks
from sandbox import delivery, keys
from sandbox.actions import controls, webhooks
from sandbox.actions.sessions import review
from sandbox.delivery import deliver_due
from sandbox.models import Session, Webhook
from tests.sandbox.conftest import ACCOUNT

pytestmark = pytest.mark.django_db


class Receiver:
    """A merchant's server that answers as told and keeps what came."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.answers.pop(0) if self.answers else 204
        if status == 0:
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(status)

    @property
    def states(self) -> list[str]:
        return [json.loads(r.content)["data"]["session"]["state"] for r in self.requests]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    found = Receiver()
    transport = httpx.MockTransport(found)
    monkeypatch.setattr(delivery, "client", lambda _t: httpx.Client(transport=transport))
    return found


def test_what_is_sent_is_signed_for_the_account(receiver: Receiver, authorized: Session) -> None:
    assert deliver_due() == 1
    (request,) = receiver.requests
    secret = keys.webhook_secret(ACCOUNT)
    assert standard_webhooks.verify([secret], request.headers, request.content)
    assert Webhook.objects.get().state == Webhook.State.SENT
    assert deliver_due() == 0


def test_a_failed_delivery_is_tried_again_later(receiver: Receiver, authorized: Session) -> None:
    receiver.answers = [500, 0]
    assert deliver_due() == 1
    assert deliver_due() == 0
    controls.move_clock(timedelta(seconds=6))
    assert deliver_due() == 1
    controls.move_clock(timedelta(seconds=31))
    assert deliver_due() == 1
    row = Webhook.objects.get()
    assert (row.state, row.attempts) == (Webhook.State.SENT, 3)
    ids = {request.headers["webhook-id"] for request in receiver.requests}
    assert len(ids) == 1


def test_a_dead_address_is_given_up(receiver: Receiver, authorized: Session) -> None:
    receiver.answers = [500] * 20
    for _again in range(10):
        deliver_due()
        controls.move_clock(timedelta(days=1))
    row = Webhook.objects.get()
    assert (row.state, row.attempts) == (Webhook.State.FAILED, len(webhooks.BACKOFF) + 1)


def test_what_a_dead_sender_took_comes_back(receiver: Receiver, authorized: Session) -> None:
    assert len(webhooks.claim(clock.now())) == 1
    assert deliver_due() == 0
    controls.move_clock(webhooks.LEASE + timedelta(seconds=1))
    assert deliver_due() == 1


def test_twice_sends_the_same_event_twice(receiver: Receiver, opened: Session) -> None:
    controls.set_webhooks("twice")
    Client().post(f"/sandbox/checkout/{opened.pk}/", {"outcome": "approve"})
    assert deliver_due() == 2
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_out_of_order_lets_a_later_event_overtake(receiver: Receiver, opened: Session) -> None:
    controls.set_webhooks("out_of_order")
    Client().post(f"/sandbox/checkout/{opened.pk}/", {"outcome": "review"})
    review(opened.pk, is_approved=True, at=clock.now())
    deliver_due()
    controls.move_clock(timedelta(seconds=21))
    deliver_due()
    assert receiver.states == ["authorized", "under_review"]


def test_never_keeps_events_until_they_are_sent_by_hand(receiver: Receiver, client: Client, opened: Session) -> None:
    controls.set_webhooks("never")
    client.post(f"/sandbox/checkout/{opened.pk}/", {"outcome": "approve"})
    assert deliver_due() == 0
    row = Webhook.objects.get()
    client.post(f"/sandbox/webhooks/{row.pk}/again/")
    assert deliver_due() == 1
    assert receiver.requests[0].headers["webhook-id"] == webhooks.event_key(row.event)


def test_the_task_settles_what_is_late_and_tells(receiver: Receiver, authorized: Session) -> None:
    from sandbox.tasks import deliver_webhooks

    assert deliver_webhooks() == 1
