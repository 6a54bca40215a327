"""The invitation to pay: its words, its secret address, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Q

from accounts.models import Store, User
from common import clock
from common.actor import Actor
from messaging.actions import bounce
from messaging.models import Message
from orders.models import Event
from paylinks import messages
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.models import PaymentLink
from paylinks.tasks import deliver_message, message_settled
from paylinks.tokens import url_of
from tests import builders
from tests.cast import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def invitation(link: PaymentLink) -> Message:
    return Message.objects.get(subject_id=link.pk, kind="link.invitation")


def deliver(link: PaymentLink) -> Message:
    message = invitation(link)
    deliver_message(str(message.pk))
    message.refresh_from_db()
    return message


def test_the_mail_names_shop_reference_sum_and_end(link: PaymentLink, mailoutbox: Any) -> None:
    assert deliver(link).state == "sent"
    mail = mailoutbox[-1]
    assert mail.subject == "TEST: Pay order FJB-10498 from Acme Sweden"
    for text in (mail.body, mail.alternatives[0].content):
        for words in ("2,068.20 SEK", "The link is open until", "support@acme.example", url_of(link.pk), "TEST"):
            assert words in text, words


def test_the_sms_is_one_text_with_the_address(store: Store) -> None:
    link = builders.system_link(store, recipient_email="", recipient_phone="+46701740605")
    words = messages.render(invitation(link))
    assert words is not None
    assert words.text.startswith("TEST: Acme Sweden: pay order FJB-10498, 2,068.20 SEK, before ")
    assert words.text.endswith(url_of(link.pk))


def test_no_secret_address_lies_in_the_row(link: PaymentLink) -> None:
    deliver(link)
    row = Message.objects.filter(pk=invitation(link).pk).values().get()
    assert url_of(link.pk).rsplit("/", 2)[1] not in str(row)


@pytest.mark.parametrize("end", ["cancelled", "replaced", "expired", "paid"])
def test_a_link_that_is_no_longer_open_is_not_sent(link: PaymentLink, end: str, mailoutbox: Any) -> None:
    by, at = Actor.system(), clock.now()
    if end == "cancelled":
        cancel_link(link.pk, access=None, by=by, at=at)
    elif end == "replaced":
        resend_link(link.pk, access=None, by=by, at=at)
    elif end == "paid":
        builders.paid(link)
    with time_machine.travel(at + timedelta(hours=49 if end == "expired" else 0), tick=True):
        assert deliver(link).state == "dropped"
    assert mailoutbox == []
    message_settled(str(invitation(link).pk))
    assert not Event.objects.filter(kind__startswith="message.").exists()


def test_what_became_of_it_stands_on_the_timeline_once(link: PaymentLink) -> None:
    message = deliver(link)
    for _time in range(2):
        message_settled(str(message.pk))
    event = Event.objects.get(kind="message.sent")
    about = {"message": str(message.pk), "about": "link.invitation"}
    assert event.data == {**about, "recipient": link.recipient, "channel": "email"}


def test_a_bounce_alerts_who_sent_the_link(acme: Company, alice: User, mailoutbox: Any) -> None:
    link = builders.sent_link(acme.store, acme.access("alice", clock.now()))
    message = deliver(link)
    message_settled(str(message.pk))
    bounce(Q(pk=message.pk), "Mailbox full", clock.now())
    for _time in range(2):
        message_settled(str(message.pk))
    assert Event.objects.get(kind="message.failed").data["reason"] == "Mailbox full"
    alert = Message.objects.get(kind="link.undelivered")
    deliver_message(str(alert.pk))
    mail = mailoutbox[-1]
    assert (mail.to, mail.subject) == ([alice.email], "TEST: Payment link for FJB-10498 did not arrive")
    assert "Mailbox full" in mail.body
    assert url_of(link.pk) not in mail.body


def test_a_bounce_told_before_the_sending_is_told_once(link: PaymentLink) -> None:
    message = deliver(link)
    bounce(Q(pk=message.pk), "No such user", clock.now())
    for _time in range(2):
        message_settled(str(message.pk))
    assert list(Event.objects.filter(kind__startswith="message.").values_list("kind", flat=True)) == ["message.failed"]
    assert not Message.objects.filter(kind="link.undelivered").exists()
