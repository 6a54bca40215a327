"""Bounces come from the provider's own reports, through the portal's address for them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from messaging import actions
from messaging.models import Message
from messaging.render import Rendered

pytestmark = pytest.mark.django_db
ADDRESS = "/mail-events/postmark/tracking/"
SECRET = "Basic dXNlcjpwYXNz"  # user:pass


@pytest.fixture(autouse=True)
def _postmark(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:pass", "POSTMARK_SERVER_TOKEN": "token"}


@pytest.fixture
def message(at: datetime) -> Message:
    return actions.queue(
        kind="hello", task="owner.deliver", channel="email", recipient="kund@example.com", language="en", at=at
    )


def report(
    message: Message, *, address: str = ADDRESS, secret: str = SECRET, number: str = "", key: str | None = None
) -> Any:
    """A bounce as Postmark posts it, from outside: no session, no token of a form."""
    told = {"RecordType": "Bounce", "TypeCode": 1, "Email": message.recipient, "Details": "no such mailbox"}
    body = {**told, "MessageID": number or "id-of-postmark", "Metadata": {"message": key or message.pk.hex}}
    headers = {"Authorization": secret} if secret else {}
    client = Client(enforce_csrf_checks=True)
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


def settle(message: Message, at: datetime) -> None:
    actions._settle(message, "sent", at, provider_id="id-of-postmark", sent_at=at)


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def test_a_report_from_outside_books_the_bounce(message: Message, at: datetime) -> None:
    settle(message, at)
    assert report(message).status_code == 200
    booked = Message.objects.get(pk=message.pk)
    assert (booked.state, booked.error) == ("bounced", "no such mailbox")


@pytest.mark.parametrize("key", ["g" * 32, "é" * 32, "٣" * 32, "x"])
def test_metadata_of_somebody_else_is_ignored(message: Message, at: datetime, key: str) -> None:
    settle(message, at)
    assert report(message, key=key, number="unknown").status_code == 200
    assert state_of(message) == "sent"
    assert report(message, key=key).status_code == 200  # found by the provider's own number
    assert state_of(message) == "bounced"


def test_a_report_without_the_secret_books_nothing(message: Message, at: datetime) -> None:
    settle(message, at)
    for secret in ("", "Basic dXNlcjp3cm9uZw=="):
        assert report(message, secret=secret).status_code == 400
    assert state_of(message) == "sent"


@pytest.mark.parametrize("path", ["sendgrid/tracking/", "postmark/inbound/", "postmark/", "x", "postmark/nothing/"])
def test_only_the_reports_of_the_provider_that_sends_are_heard(message: Message, path: str) -> None:
    assert report(message, address=f"/mail-events/{path}").status_code == 404


def test_without_a_secret_nobody_is_heard(message: Message, settings: Settings) -> None:
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token"}
    assert report(message).status_code == 404


def test_a_bounce_told_before_the_answer_to_the_sending_stays(
    message: Message, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(sending: Message, rendered: Rendered) -> str:
        assert state_of(sending) == "sending"
        assert report(sending).status_code == 200
        return "id-of-postmark"

    monkeypatch.setattr("messaging.transport.send", send)
    assert actions.deliver(message.pk, lambda _: Rendered("Hello", "Hello"), at) == "bounced"
    booked = Message.objects.get(pk=message.pk)
    assert (booked.state, booked.error, booked.provider_id) == ("bounced", "no such mailbox", "id-of-postmark")
    assert actions.deliver(message.pk, lambda _: Rendered("Hello", "Hello"), booked.next_at) is None


def test_a_bounce_of_a_sending_whose_answer_was_lost_ends_the_tries(
    message: Message, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(sending: Message, rendered: Rendered) -> str:
        raise TimeoutError("no answer")

    monkeypatch.setattr("messaging.transport.send", send)
    assert actions.deliver(message.pk, lambda _: Rendered("Hello", "Hello"), at) == "queued"
    report(message)
    assert state_of(message) == "bounced"


def test_what_was_never_sent_cannot_bounce(message: Message, at: datetime) -> None:
    actions._settle(message, "dropped", at, error="No longer wanted.")
    report(message)
    assert state_of(message) == "dropped"
