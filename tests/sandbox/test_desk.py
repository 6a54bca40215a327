"""The tester's desk works for everybody, by plain forms."""

from __future__ import annotations

import pytest
from django.test import Client

from common import clock
from sandbox.actions import operations
from sandbox.actions.controls import panel
from sandbox.limits import Ask
from sandbox.models import Behaviour, Movement, Session, Webhook
from tests.sandbox.conftest import ACCOUNT

pytestmark = pytest.mark.django_db


def test_the_desk_shows_what_happened(client: Client, under_review: Session) -> None:
    text = client.get("/sandbox/").content.decode()
    assert "attempt-1" in text
    assert "Under review" in text
    assert "session.updated" in text
    assert "TEST" in text


@pytest.mark.parametrize(("answer", "state"), [("yes", "authorized"), ("no", "rejected")])
def test_the_desk_decides_reviews(client: Client, under_review: Session, answer: str, state: str) -> None:
    reply = client.post(f"/sandbox/sessions/{under_review.pk}/review/", {"approve": answer})
    under_review.refresh_from_db()
    assert (reply.status_code, under_review.state) == (302, state)
    assert Webhook.objects.latest("pk").payload["data"]["session"]["state"] == state


def test_a_review_is_decided_once(client: Client, under_review: Session) -> None:
    path = f"/sandbox/sessions/{under_review.pk}/review/"
    client.post(path, {"approve": "no"})
    assert client.post(path, {"approve": "yes"}).status_code == 409
    under_review.refresh_from_db()
    assert under_review.state == Session.State.REJECTED


def test_the_desk_spoils_the_next_operation(client: Client) -> None:
    client.post("/sandbox/behaviour/", {"kind": "timeout_after", "once": "on"})
    rule = Behaviour.objects.get()
    assert (rule.kind, rule.times_left) == ("timeout_after", 1)
    client.post("/sandbox/behaviour/", {"kind": "succeed"})
    assert not Behaviour.objects.exists()


def test_the_desk_switches_webhooks(client: Client) -> None:
    client.post("/sandbox/webhooks/", {"mode": "twice"})
    assert panel().webhooks == "twice"


def test_the_desk_hides_single_movements(client: Client, authorized: Session) -> None:
    assert "Tell sums only" in client.get("/sandbox/").content.decode()
    client.post("/sandbox/webhooks/", {"mode": "normal", "sums_only": "on"})
    ask = Ask(Movement.Kind.CAPTURE, "key-1", 100, "SEK")
    operations.perform(ACCOUNT, authorized.payment.pk, ask, behaviour=Behaviour.Kind.SUCCEED, at=clock.now())
    told = Webhook.objects.latest("pk").payload["data"]["session"]["payment"]
    assert (told["captured_amount"], "movements" in told) == (100, False)
    client.post("/sandbox/webhooks/", {"mode": "normal"})
    assert not panel().sums_only


def test_the_desk_answers_a_late_operation_now(client: Client, authorized: Session) -> None:
    ask = Ask(Movement.Kind.CAPTURE, "key-1", 100, "SEK")
    behaviour = Behaviour.Kind.LATE
    late = operations.perform(ACCOUNT, authorized.payment.pk, ask, behaviour=behaviour, at=clock.now())
    assert "Answer now" in client.get("/sandbox/").content.decode()
    client.post(f"/sandbox/operations/{late.pk}/answer/")
    late.refresh_from_db()
    assert late.state == Movement.State.SUCCEEDED
    assert Webhook.objects.latest("pk").payload["data"]["key"] == "key-1"


def test_nothing_changes_by_looking(client: Client) -> None:
    for path in ("clock/", "behaviour/", "webhooks/", "webhooks/1/again/"):
        assert client.get(f"/sandbox/{path}").status_code == 405
