"""Resend and Cancel link: who comes second is told who acted, and the same form sent twice is done once."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.models import Order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.expire import expire_links
from paylinks.actions.request import request_new_link
from paylinks.actions.resend import resend_link
from paylinks.models import PaymentLink
from tests import builders
from tests.cast import Company
from tests.paylinks import customers
from tests.paylinks.asking import DIALOG, address, asked, fields_of, pressed

pytestmark = pytest.mark.django_db
BOB = Actor("member", "bob@acme.example")
FACES: list[dict[str, str]] = [{}, DIALOG]
WAYS = ["page", "dialog"]
CHANGED = "The order has changed since you opened it. Nothing was done; look at it as it is now."


@pytest.fixture
def link(acme: Company) -> PaymentLink:
    return builders.sent_link(acme.store, acme.access("alice", clock.now()))


def current(link: PaymentLink) -> PaymentLink:
    return PaymentLink.objects.get(order=link.order_id, is_current=True)


def post(client: Client, link: PaymentLink, verb: str, form: dict[str, str], face: dict[str, str]) -> Any:
    return client.post(address(link, verb), form, headers=face)


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def bob_resends(link: PaymentLink) -> PaymentLink:
    return resend_link(current(link).pk, access=None, by=BOB, at=clock.now(), recipient="nils@example.com")


def bob_cancels(link: PaymentLink) -> PaymentLink:
    return cancel_link(current(link).pk, access=None, by=BOB, at=clock.now())


@pytest.mark.parametrize("face", FACES, ids=WAYS)
@pytest.mark.parametrize("verb", ["resend", "cancel"])
def test_after_a_resend_by_another_the_second_is_told_and_asked_of_the_new_link(
    alice_client: Client, link: PaymentLink, verb: str, face: dict[str, str]
) -> None:
    form = asked(alice_client, link, verb, **face)
    newest = bob_resends(link)
    typed = {"recipient": "frida@right.example"} if verb == "resend" else {}
    answer = post(alice_client, link, verb, form | typed, face)
    page = words(answer)
    assert (answer.status_code, "<html" in page) == (409, not face)
    assert CHANGED in page
    assert "Payment link created, bob@acme.example," in page
    assert "The link that is open now went to nils@example.com and ends" in page
    assert PaymentLink.objects.filter(order=link.order_id).count() == 2
    again = fields_of(answer, newest, verb)
    assert (again | typed, again["key"] != form["key"]) == (again, True)
    assert again["version"] == str(Order.objects.get(pk=link.order_id).version)
    assert post(alice_client, newest, verb, again, face).status_code == (200 if face else 302)
    seen = current(link)
    assert (seen.status, seen.recipient) == (
        ("created", "frida@right.example") if verb == "resend" else ("cancelled", "nils@example.com")
    )


@pytest.mark.parametrize("face", FACES, ids=WAYS)
@pytest.mark.parametrize("verb", ["resend", "cancel"])
def test_after_a_cancellation_by_another_the_second_is_told_and_the_state_is_shown(
    alice_client: Client, link: PaymentLink, verb: str, face: dict[str, str]
) -> None:
    form = asked(alice_client, link, verb, **face)
    bob_cancels(link)
    answer = post(alice_client, link, verb, form, face)
    page = words(answer)
    assert answer.status_code == 409
    assert f"{CHANGED} Payment link cancelled, bob@acme.example," in page
    assert ("No link is open now." if verb == "resend" else "The link is closed.") in page
    assert PaymentLink.objects.get().cancelled_by == "bob@acme.example"


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_a_recipient_nobody_typed_follows_what_another_corrected(
    alice_client: Client, link: PaymentLink, face: dict[str, str]
) -> None:
    form = asked(alice_client, link, "resend", **face)
    newest = bob_resends(link)
    for sent in (form, {"version": form["version"]}):  # the latter is what a row's own button sends
        answer = post(alice_client, link, "resend", sent, face)
        assert answer.status_code == 409
        again = fields_of(answer, newest, "resend")
        assert again["recipient"] == "nils@example.com"
    post(alice_client, newest, "resend", again, face)
    assert current(link).recipient == "nils@example.com"


@pytest.mark.parametrize("verb", ["resend", "cancel"])
def test_after_the_customer_has_paid_the_form_says_so(alice_client: Client, link: PaymentLink, verb: str) -> None:
    form = asked(alice_client, link, verb)
    builders.paid(link)
    answer = post(alice_client, link, verb, form, DIALOG)
    assert answer.status_code == 409
    assert CHANGED in words(answer)
    assert "The customer has paid." in words(answer)


@pytest.mark.parametrize("face", FACES, ids=WAYS)
def test_the_same_form_again_is_answered_as_done(
    alice_client: Client, link: PaymentLink, face: dict[str, str]
) -> None:
    done = 200 if face else 302
    form = asked(alice_client, link, "resend", **face) | {"recipient": "nils@example.com"}
    answers = [post(alice_client, link, "resend", form, face) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [done, done]
    newest = current(link)
    assert (newest.number, Message.objects.filter(subject_id=newest.pk).count()) == (2, 1)
    form = asked(alice_client, newest, "cancel", **face)
    answers = [post(alice_client, newest, "cancel", form, face) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [done, done]
    order = Order.objects.get(pk=link.order_id)
    assert order.events.filter(kind="link.cancelled").count() == 1
    assert "This form had been sent already. Nothing new was done." in words(alice_client.get("/links/"))


def test_done_from_the_dialog_the_history_is_opened_as_it_was_filtered(
    alice_client: Client, link: PaymentLink
) -> None:
    form = asked(alice_client, link, "resend", **DIALOG)
    answer = alice_client.post(f"{address(link, 'resend')}?status=created", form, headers=DIALOG)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/links/?status=created")


def requested(acme: Company) -> PaymentLink:
    link = builders.system_link(acme.store, at=clock.now() - timedelta(hours=49))
    assert request_new_link(link.pk, at=clock.now())
    return link


def test_the_rows_own_button_is_told_who_was_faster_and_pressed_twice_sends_once(
    alice_client: Client, bob_client: Client, acme: Company
) -> None:
    link = requested(acme)
    alices, bobs = pressed(alice_client, link), pressed(bob_client, link)
    assert [bob_client.post(address(link, "resend"), bobs).status_code for _time in range(2)] == [302, 302]
    assert PaymentLink.objects.filter(order=link.order_id).count() == 2
    answer = alice_client.post(address(link, "resend"), alices)
    assert answer.status_code == 409
    assert "Payment link created, bob@acme.example," in words(answer)
    assert PaymentLink.objects.filter(order=link.order_id).count() == 2


def test_what_the_customer_does_meanwhile_stops_nobody(alice_client: Client, acme: Company, link: PaymentLink) -> None:
    form = asked(alice_client, link, "resend")
    customers.begin(Client(), link)
    assert post(alice_client, link, "resend", form, {}).status_code == 302
    assert not link.attempts.filter(state="begun").exists()
    late = requested(acme)
    form = asked(alice_client, late, "resend")
    assert expire_links(clock.now()) == 1
    assert post(alice_client, late, "resend", form, {}).status_code == 302


@pytest.mark.parametrize("verb", ["resend", "cancel"])
def test_a_form_without_its_version_does_nothing(alice_client: Client, link: PaymentLink, verb: str) -> None:
    answer = alice_client.post(address(link, verb), {"recipient": link.recipient})
    assert answer.status_code == 409
    assert "The form was damaged on its way. Nothing was done." in words(answer)
    assert PaymentLink.objects.get().status == "created"


def test_a_key_of_another_order_is_a_wish_of_its_own(alice_client: Client, acme: Company, link: PaymentLink) -> None:
    other = builders.sent_link(acme.store, acme.access("alice", clock.now()), merchant_reference1="FJB-2")
    for each in (link, other):
        form = asked(alice_client, each, "resend") | {"key": str(other.form_key)}
        assert post(alice_client, each, "resend", form, {}).status_code == 302
        assert current(each).number == 2
