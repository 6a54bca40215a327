"""A message goes out once, or says why it did not; against a real SMTP server."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from messaging import actions
from messaging.models import Message
from messaging.render import Rendered
from messaging.sms import is_configured
from messaging.transport import message_id
from tests.messaging.conftest import Server

pytestmark = pytest.mark.django_db
Render = Callable[[Message], Rendered]


def queue(at: datetime, recipient: str = "kund@example.com", **values: str) -> Message:
    defaults = {"kind": "hello", "task": "owner.tasks.deliver", "channel": "email", "language": "en"}
    return actions.queue(**{**defaults, **values}, recipient=recipient, at=at)  # type: ignore[arg-type]


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_a_mail_arrives_as_html_and_text_with_an_id_of_its_row(server: Server, render: Render, at: datetime) -> None:
    message = queue(at)
    assert actions.deliver(message.pk, render, at) == "sent"
    [letter] = server.letters
    assert letter["To"] == "kund@example.com"
    assert letter["Subject"] == "Hello"
    assert letter["Message-ID"] == message_id(message)
    assert letter["Auto-Submitted"] == "auto-generated"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Hello in text" in text.get_content()
    assert "Hello in HTML" in html.get_content()
    settled = fresh(message)
    assert (settled.sent_at, settled.settled_at, settled.attempts) == (at, at, 1)
    assert settled.provider_id == message_id(message)


def test_what_was_accepted_is_never_sent_again(server: Server, render: Render, at: datetime) -> None:
    message = queue(at)
    for later in (0, 1, 24 * 60):
        actions.deliver(message.pk, render, at + timedelta(minutes=later))
    assert len(server.letters) == 1


def test_a_refused_recipient_fails_at_once_with_the_servers_words(
    server: Server, render: Render, at: datetime
) -> None:
    message = queue(at, "refused@example.com")
    assert actions.deliver(message.pk, render, at) == "failed"
    assert "no such mailbox" in fresh(message).error
    assert not server.letters


def test_a_recipient_that_is_busy_is_tried_later(server: Server, render: Render, at: datetime) -> None:
    message = queue(at, "later@example.com")
    assert actions.deliver(message.pk, render, at) == "queued"
    waiting = fresh(message)
    assert waiting.next_at == at + timedelta(minutes=1)
    assert "451" in waiting.error


def test_a_server_that_was_away_gets_the_mail_once_when_it_is_back(
    server: Server, render: Render, at: datetime
) -> None:
    server.close()
    message = queue(at)
    assert actions.deliver(message.pk, render, at) == "queued"
    assert "Refused" in fresh(message).error
    server.open()
    assert actions.deliver(message.pk, render, at + timedelta(seconds=59)) is None  # not due
    assert actions.deliver(message.pk, render, at + timedelta(minutes=1)) == "sent"
    assert actions.deliver(message.pk, render, at + timedelta(minutes=2)) is None
    assert len(server.letters) == 1
    assert fresh(message).error == ""


def test_tries_end_after_six_with_the_reason(server: Server, render: Render, at: datetime) -> None:
    server.close()
    message = queue(at)
    waits = []
    for _try in range(6):
        due = fresh(message).next_at
        actions.deliver(message.pk, render, due)
        waits.append((fresh(message).next_at - due).total_seconds() / 60)
    assert waits[:5] == [1, 5, 30, 120, 360]
    assert fresh(message).state == "failed"
    assert "Refused" in fresh(message).error


def test_mail_the_server_rejects_as_such_fails(server: Server, render: Render, at: datetime) -> None:
    server.postbox.answer = "554 5.7.1 looks like spam"
    message = queue(at)
    assert actions.deliver(message.pk, render, at) == "failed"
    assert "looks like spam" in fresh(message).error


def test_a_message_no_longer_wanted_is_dropped(server: Server, at: datetime) -> None:
    message = queue(at)
    assert actions.deliver(message.pk, lambda _: None, at) == "dropped"
    assert fresh(message).error == "No longer wanted."
    assert not server.letters


def test_a_renderer_that_breaks_is_tried_again(server: Server, at: datetime) -> None:
    message = queue(at)
    assert actions.deliver(message.pk, lambda _: Rendered(str(1 // 0)), at) == "queued"
    assert "ZeroDivisionError" in fresh(message).error


def test_a_subject_cannot_smuggle_headers(server: Server, at: datetime) -> None:
    message = queue(at)
    evil = Rendered("text", "Hello\nBcc: everybody@example.com")
    assert actions.deliver(message.pk, lambda _: evil, at) == "failed"
    assert not server.letters


def test_a_lost_worker_leaves_a_lease_that_ends(server: Server, render: Render, at: datetime) -> None:
    message = queue(at)
    claimed = actions._claim(message.pk, at)
    assert claimed is not None
    assert actions.deliver(message.pk, render, at + timedelta(minutes=5)) is None
    assert actions.deliver(message.pk, render, at + timedelta(minutes=6)) == "sent"
    assert fresh(message).attempts == 2


def test_a_message_that_kills_its_worker_each_time_ends(server: Server, render: Render, at: datetime) -> None:
    message = queue(at)
    for number in range(6):
        assert actions._claim(message.pk, at + number * actions.LEASE)
    assert actions.deliver(message.pk, render, at + 6 * actions.LEASE) == "failed"
    assert not server.letters


@pytest.mark.django_db(transaction=True)
def test_a_provider_is_never_called_inside_a_transaction(at: datetime, render: Render) -> None:
    message = queue(at)
    with transaction.atomic(), pytest.raises(RuntimeError):
        actions.deliver(message.pk, render, at)


def test_without_a_provider_an_sms_says_so(settings: Settings, render: Render, at: datetime) -> None:
    settings.SMS_PROVIDER = ""
    assert not is_configured()
    message = queue(at, "+46701740605", channel="sms")
    assert actions.deliver(message.pk, render, at) == "failed"
    assert fresh(message).error == "This installation has no SMS provider."


class Texts:
    """An SMS provider that keeps what it was given."""

    given: ClassVar[list[tuple[str, str, str]]] = []

    def send(self, to: str, text: str, key: str) -> str:
        self.given.append((to, text, key))
        return f"sms-{key}"


def test_an_sms_goes_to_the_provider_with_the_rows_key(settings: Settings, render: Render, at: datetime) -> None:
    settings.SMS_PROVIDER = f"{__name__}.Texts"
    message = queue(at, "+46701740605", channel="sms")
    assert actions.deliver(message.pk, render, at) == "sent"
    assert Texts.given == [("+46701740605", "Hello in text", message.pk.hex)]
    assert fresh(message).provider_id == f"sms-{message.pk.hex}"


def test_queueing_asks_a_worker_after_the_commit(
    at: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("common.kick.publish", lambda name, *_: asked.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        queue(at)
    assert asked == ["messaging.tasks.pump"]


def test_an_unknown_message_is_nothing(at: datetime, render: Render) -> None:
    assert actions.deliver(uuid.uuid4(), render, at) is None
