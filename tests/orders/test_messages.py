"""What customers are told about orders: once, and with what they need."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from messaging.models import Message
from orders import messages, operations, wording
from orders.models import Operation, Order
from orders.tasks import deliver_message
from paylinks import settle
from tests import builders

pytestmark = pytest.mark.django_db


def only(order: Order, kind: str) -> Message:
    return Message.objects.get(order_id=order.pk, kind=kind)


def sent(order: Order, kind: str, mailoutbox: Any) -> Any:
    """Deliver the message as the worker would; the mail that went out."""
    message = only(order, kind)
    deliver_message(str(message.pk))
    message.refresh_from_db()
    assert message.state == "sent", message.error
    return mailoutbox[-1]


def test_the_confirmation_names_lines_vat_terms_and_contact(store: Store, mailoutbox: Any) -> None:
    order = builders.placed_order(store)
    mail = sent(order, "order.confirmation", mailoutbox)
    html = mail.alternatives[0].content
    assert (mail.to, mail.subject) == (["frida.nystrom@example.com"], "TEST: Your order FJB-10498 from Acme Sweden")
    for words in (
        "Serving bowl, sea green 24 cm",
        "2 × 749.00",
        "\u2212218.80",
        "VAT included, 25%",
        "413.64",
        "2,068.20 SEK",
        "https://acme.example/terms",
        "You accepted these terms and conditions on",
        "support@acme.example",
        "Paid with",
        "TEST",
    ):
        assert words in mail.body, words
        assert words in html, words
    assert "class=" not in html
    assert "/pay/" not in html


def test_the_confirmation_by_sms_is_one_short_text(store: Store) -> None:
    order = builders.placed_order(store, recipient_email="", recipient_phone="+46701740605")
    Order.objects.filter(pk=order.pk).update(email="")
    message = only(order, "order.confirmation")
    message.channel = "sms"
    words = wording.render(message)
    assert words is not None
    assert words.text == (
        "TEST: Acme Sweden: thank you. Order FJB-10498, 2,068.20 SEK is confirmed. Terms: https://acme.example/terms"
    )


def test_a_contact_without_email_is_told_by_sms(store: Store) -> None:
    link = builders.system_link(store, recipient_email="", recipient_phone="+46701740605")
    order = builders.paid(link, email="", phone="+46701740605")
    message = only(order, "order.confirmation")
    assert (message.channel, message.recipient) == ("sms", "+46701740605")


def test_nothing_is_queued_twice_for_the_same_event(store: Store) -> None:
    order = builders.placed_order(store)
    for _time in range(2):
        messages.queue_confirmation(order, at=clock.now())
        messages.queue_cancelled(order, at=clock.now())
    assert only(order, "order.confirmation")
    assert only(order, "order.cancelled")


@pytest.mark.parametrize(("is_done", "words"), [(False, "is being returned"), (True, "has been returned")])
def test_returned_money_is_told_to_who_paid_it(store: Store, mailoutbox: Any, is_done: bool, words: str) -> None:
    link = builders.system_link(store)
    order = builders.paid(link, "other_amount", email="payer@example.com")
    if is_done:
        operations.run(Operation.objects.get(is_stray=True).pk)
    mail = sent(order, "order.money_returned", mailoutbox)
    assert mail.to == ["payer@example.com"]
    for text in (mail.body, mail.alternatives[0].content):
        assert f"2,069.20 SEK {words}" in text
        assert "You need to do nothing." in text


@pytest.mark.parametrize(
    ("outcome", "words", "text"),
    [
        ("other_amount", "did not match the order and cannot be used.", "did not match order FJB-10498 and is being"),
        (
            "approve",
            "the order was paid, changed or closed before.",
            "for order FJB-10498 was not needed and is being",
        ),
    ],
)
def test_returned_money_says_what_was_the_matter(
    store: Store, mailoutbox: Any, outcome: str, words: str, text: str
) -> None:
    attempt = builders.begun(builders.system_link(store))
    Order.objects.filter(pk=attempt.order_id, amount=builders.TOTAL).update(revision=1 + (outcome == "approve"))
    builders.decide(attempt, outcome)
    settle.check_attempt(attempt.pk, at=clock.now())
    mail = sent(attempt.order, "order.money_returned", mailoutbox)
    assert all(words in read for read in (mail.body, mail.alternatives[0].content))
    message = only(attempt.order, "order.money_returned")
    message.channel = "sms"
    rendered = wording.render(message)
    assert rendered is not None
    assert text in rendered.text


def test_a_refusal_after_the_review_says_that_nothing_was_charged(store: Store, mailoutbox: Any) -> None:
    from paylinks.models import Attempt
    from sandbox.actions.sessions import review

    order = builders.paid(builders.system_link(store), "review", method="klarna")
    attempt = Attempt.objects.get(order=order)
    review(attempt.session_reference, is_approved=False, at=clock.now())  # type: ignore[arg-type]
    for _time in range(2):
        settle.check_attempt(attempt.pk, at=clock.now())
    mail = sent(order, "order.cancelled", mailoutbox)
    assert mail.subject == "TEST: Order FJB-10498 is cancelled"
    assert "Nothing was charged" in mail.body


@pytest.mark.parametrize("kind", [messages.CONFIRMATION, messages.MONEY_RETURNED, messages.CANCELLED])
def test_every_kind_has_words_for_a_phone(store: Store, kind: str) -> None:
    order = builders.paid(builders.system_link(store), "other_amount")
    operation = Operation.objects.get(is_stray=True)
    subject = operation.pk if kind == messages.MONEY_RETURNED else order.pk
    message = Message(kind=kind, channel="sms", recipient="+46701740605", order_id=order.pk, subject_id=subject)
    words = wording.render(message)
    assert words is not None
    assert words.text.startswith("TEST: Acme Sweden: ")
    assert len(words.text) < 160


def test_the_mail_opens_without_the_portal(store: Store, mailoutbox: Any) -> None:
    html = sent(builders.placed_order(store), "order.confirmation", mailoutbox).alternatives[0].content
    assert "<img" not in html
    assert "<script" not in html
    assert Client().get("/").status_code == 302
