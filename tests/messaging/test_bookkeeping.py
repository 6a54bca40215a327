"""Handing over, telling owners, bounces, limits, and what mail looks like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from anymail.signals import AnymailTrackingEvent, tracking

from messaging import actions, render
from messaging.models import Message

pytestmark = pytest.mark.django_db


class Broker:
    """Takes what is published, or is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.given: list[tuple[object, ...]] = []

    def publish(self, *call: object) -> bool:
        if self.is_away:
            return False
        self.given.append(call)
        return True


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    broker = Broker()
    monkeypatch.setattr(actions, "publish", broker.publish)
    monkeypatch.setattr(actions, "kick", lambda *_: None)
    return broker


def queue(at: datetime, told_task: str = "") -> Message:
    return actions.queue(
        kind="hello",
        task="owner.tasks.deliver",
        channel="email",
        recipient="kund@example.com",
        language="en",
        at=at,
        told_task=told_task,
    )


def sent(at: datetime, told_task: str = "") -> Message:
    message = queue(at, told_task)
    actions._settle(message, "sent", at, provider_id="id-1", sent_at=at)
    message.refresh_from_db()
    return message


def test_due_messages_go_to_their_owners_once(broker: Broker, at: datetime) -> None:
    first, second = queue(at), queue(at + timedelta(seconds=1))
    queue(at + timedelta(hours=1))  # not due
    soon = at + timedelta(seconds=2)
    assert actions.hand_over(soon) == 2
    assert actions.hand_over(soon) == 0
    assert broker.given == [("owner.tasks.deliver", str(first.pk)), ("owner.tasks.deliver", str(second.pk))]


def test_what_a_worker_lost_is_handed_over_again(broker: Broker, at: datetime) -> None:
    queue(at)
    assert actions.hand_over(at) == 1
    assert actions.hand_over(at + timedelta(minutes=1)) == 1


def test_a_broker_that_is_away_loses_nothing(broker: Broker, at: datetime) -> None:
    queue(at)
    broker.is_away = True
    assert actions.hand_over(at) == 0
    broker.is_away = False
    assert actions.hand_over(at) == 1


def test_the_owner_is_told_once_what_became_of_it(broker: Broker, at: datetime) -> None:
    message = sent(at, "owner.tasks.told")
    broker.is_away = True
    assert not actions.tell(message.pk, at)
    broker.is_away = False
    assert actions.tell(message.pk, at)
    assert actions.tell(message.pk, at)
    assert broker.given == [("owner.tasks.told", str(message.pk))]


def test_a_bounce_reported_by_the_provider_is_booked_and_told_again(broker: Broker, at: datetime) -> None:
    message = sent(at, "owner.tasks.told")
    actions.tell(message.pk, at)
    event = AnymailTrackingEvent(
        event_type="bounced", message_id="id-1", metadata={}, description="mailbox full", timestamp=at
    )
    tracking.send(sender=object, event=event, esp_name="Any")
    message.refresh_from_db()
    assert (message.state, message.error) == ("bounced", "mailbox full")
    actions.tell(message.pk, at)
    assert len(broker.given) == 2


def test_a_bounce_is_found_by_what_was_sent_along(broker: Broker, at: datetime) -> None:
    message = sent(at)
    event = AnymailTrackingEvent(
        event_type="rejected", message_id=None, metadata={"message": message.pk.hex}, reject_reason="blocked"
    )
    tracking.send(sender=object, event=event, esp_name="Any")
    message.refresh_from_db()
    assert message.state == "bounced"


def test_an_opened_mail_changes_nothing(broker: Broker, at: datetime) -> None:
    message = sent(at)
    event = AnymailTrackingEvent(event_type="opened", message_id="id-1", metadata={})
    tracking.send(sender=object, event=event, esp_name="Any")
    message.refresh_from_db()
    assert message.state == "sent"


class Anna:
    name = "Anna <b> & co"


def test_mail_is_styled_inline_escaped_in_html_and_plain_in_text() -> None:
    context = {"user": Anna(), "url": "https://portal.example/x/"}
    letter = render.mail("accounts/mail/sign_in", "Your\nlink", context, is_test=False)
    assert letter.subject == "Your link"
    assert "class=" not in letter.html
    assert 'style="' in letter.html
    assert "Anna &lt;b&gt; &amp; co" in letter.html
    assert "Anna <b> & co" in letter.text
    assert letter.html.count("https://portal.example/x/") == 3
    assert "\n\n\n" not in letter.text


def test_mail_about_test_orders_says_so_everywhere() -> None:
    context = {"user": Anna(), "url": "https://portal.example/x/"}
    letter = render.mail("accounts/mail/sign_in", "Your link", context, is_test=True)
    assert letter.subject.startswith("TEST")
    assert "TEST" in letter.html.split("<td")[2]
    assert letter.text.startswith("TEST")
    assert render.sms("Pay here", is_test=True).text == "TEST: Pay here"


def test_old_messages_of_a_kind_are_forgotten(at: datetime) -> None:
    sent(at)
    queue(at)
    assert actions.forget("hello", at) == 0
    assert actions.forget("hello", at + timedelta(seconds=1)) == 1
