"""A message with a payment link is read by staff; its secret only by who may copy it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.messages import HIDDEN, render
from paylinks.models import PaymentLink
from paylinks.tokens import token_of, url_of
from tests import builders
from tests.orders.pages import get

pytestmark = pytest.mark.django_db


def address(link: PaymentLink, rest: str = "") -> str:
    message = Message.objects.get(subject_id=link.pk, kind="link.invitation")
    return f"/links/{link.order_id}/messages/{message.pk}/{rest}"


def test_who_may_send_links_reads_the_whole_message(alice_client: Client, store: Store) -> None:
    link = builders.system_link(store)
    page = get(alice_client, address(link))
    assert "TEST: Pay order FJB-10498 from Acme Sweden" in page
    assert f'href="/links/{link.pk}/resend/"' in page
    assert url_of(link.pk) in get(alice_client, address(link, "mail/"))


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_others_read_it_without_the_address(vera_client: Client, store: Store, channel: str) -> None:
    contact = {"recipient_email": "", "recipient_phone": "+46701740605"} if channel == "sms" else {}
    link = builders.system_link(store, **contact)
    pages = get(vera_client, address(link))
    if channel == "email":
        pages += get(vera_client, address(link, "mail/"))
    assert token_of(link.pk) not in pages
    assert f"/pay/{HIDDEN}/" in pages
    assert "2,068.20 SEK" in pages
    assert "is shown to those who may send links" in pages
    assert "resend" not in pages


def test_a_closed_link_is_read_but_neither_its_address_nor_a_new_one(alice_client: Client, store: Store) -> None:
    link = builders.system_link(store)
    builders.paid(link)
    page = get(alice_client, address(link))
    assert "The customer has paid." in page
    assert 'aria-disabled="true" aria-describedby="again-why"' in page
    assert token_of(link.pk) not in get(alice_client, address(link, "mail/"))
    assert render(Message.objects.get(subject_id=link.pk, kind="link.invitation")) is None


def test_a_replaced_link_says_so_and_a_cancelled_one_can_be_sent_anew(alice_client: Client, store: Store) -> None:
    old = builders.system_link(store)
    newer = resend_link(old.pk, access=None, by=Actor.system(), at=clock.now())
    assert "A newer link has replaced this one." in get(alice_client, address(old))
    cancel_link(newer.pk, access=None, by=Actor.system(), at=clock.now())
    assert "Send a new link" in get(alice_client, address(newer))
    over = builders.system_link(store, at=clock.now() - timedelta(hours=49), merchant_reference1="FJB-2")
    assert "Send a new link" in get(alice_client, address(over))


def test_a_stranger_finds_no_message(charlie_client: Client, store: Store) -> None:
    link = builders.system_link(store)
    for rest in ("", "mail/"):
        assert charlie_client.get(address(link, rest)).status_code == 404


def test_the_word_to_the_sender_gives_no_address_away(alice_client: Client, store: Store) -> None:
    from messaging.actions import queue
    from paylinks.messages import TASK, UNDELIVERED

    link = builders.system_link(store)
    Message.objects.filter(subject_id=link.pk).update(state="failed", error="550 full", settled_at=clock.now())
    told = queue(
        kind=UNDELIVERED,
        task=TASK,
        channel="email",
        recipient="alice@acme.example",
        language="en",
        at=clock.now(),
        subject_id=link.pk,
        order_id=link.order_id,
    )
    where = f"/links/{link.order_id}/messages/{told.pk}/"
    assert "To the sender" in get(alice_client, where)
    for words in ("Send again", "Send a new link"):
        assert words not in get(alice_client, where)
    assert token_of(link.pk) not in get(alice_client, where + "mail/")
