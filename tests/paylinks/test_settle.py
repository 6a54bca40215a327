"""Redirect, webhook and sweep: whichever comes, in whatever order, the order is authorized once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import operations
from orders.entries import entries_of
from orders.models import Event, Operation
from paylinks.actions.cancel import cancel_link
from paylinks.actions.expire import expire_links
from paylinks.models import Attempt, PaymentLink
from paylinks.settle import check_attempt, sweep_attempts
from sandbox.actions.controls import set_webhooks
from sandbox.models import Session, Webhook
from tests import builders
from tests.paylinks.customers import (
    begin,
    come_back,
    decide,
    hear,
    order_of,
    pay,
    press_pay,
    silent_gateway,
    told,
    url,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def redirect(client: Client, attempt: Attempt) -> None:
    assert "Thank you, Frida" in come_back(client, attempt)


def webhook(client: Client, attempt: Attempt) -> None:
    Webhook.objects.update(state="queued", next_at=clock.now())
    assert hear()
    assert set(Webhook.objects.values_list("last_answer", flat=True)) == {"200"}


def sweep(client: Client, attempt: Attempt) -> None:
    sweep_attempts(clock.now() + timedelta(hours=1))


WAYS: dict[str, Callable[[Client, Attempt], None]] = {"redirect": redirect, "webhook": webhook, "sweep": sweep}
ORDERS = [ways for count in (1, 2, 3) for ways in itertools.permutations(WAYS, count)]


@pytest.mark.parametrize("ways", [*ORDERS, ("webhook", "webhook"), ("redirect", "redirect")], ids="+".join)
def test_every_way_authorizes_once_with_one_confirmation(
    client: Client, link: PaymentLink, ways: tuple[str, ...]
) -> None:
    attempt = begin(client, link)
    decide(client, attempt, "approve", "both")
    for way in ways:
        WAYS[way](client, attempt)
    order = order_of(link)
    assert (order.status, order.authorized_amount, order.captured_amount) == ("authorized", builders.TOTAL, 0)
    assert Operation.objects.filter(kind="authorize", state="succeeded").count() == 1
    assert Event.objects.filter(kind="order.authorized").count() == 1
    assert told(link, "order.confirmation") == 1


@pytest.mark.parametrize("mode", ["twice", "out_of_order"])
def test_webhooks_twice_or_late_change_nothing(client: Client, link: PaymentLink, mode: str) -> None:
    set_webhooks(mode)
    decide(client, begin(client, link), "approve", "webhook")
    with time_machine.travel(clock.now() + timedelta(seconds=25), tick=True):
        assert hear()
        assert hear() == 0
    assert order_of(link).status == "authorized"
    assert told(link, "order.confirmation") == 1


def test_a_silent_gateway_leaves_the_attempt_to_the_next_sweep(
    client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = begin(client, link)
    decide(client, attempt, "approve", "neither")
    with silent_gateway(monkeypatch):
        assert sweep_attempts(clock.now() + timedelta(hours=1)) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.checks) == ("begun", 1)
    sweep_attempts(clock.now() + timedelta(hours=2))
    assert order_of(link).status == "authorized"


def stray(link: PaymentLink) -> Operation:
    """The one return of money nobody expected, announced to the payer."""
    operation = Operation.objects.get(is_stray=True)
    assert Event.objects.filter(kind="stray.found").count() == 1
    assert told(link, "order.money_returned") == 1
    assert told(link, "order.confirmation") == 0
    return operation


@pytest.mark.parametrize(
    ("tampered", "reason"),
    [
        ({"amount": builders.TOTAL - 1}, "wrong_amount"),
        ({"amount": builders.TOTAL + 100}, "wrong_amount"),
        ({"currency": "NOK"}, "wrong_currency"),
        ({"our_reference": "somebody-else"}, "wrong_attempt"),
    ],
)
def test_what_does_not_match_the_attempt_is_returned(
    client: Client, link: PaymentLink, tampered: dict[str, Any], reason: str
) -> None:
    attempt = begin(client, link)
    decide(client, attempt, "approve", "neither")
    session = Session.objects.get(pk=attempt.session_reference)
    for name, value in tampered.items():
        setattr(session.payment if name == "amount" else session, name, value)
    session.payment.save()
    session.save()
    for _time in range(2):
        page = come_back(client, attempt)
    assert "Your last payment could not be used and is being returned." in page
    operation = stray(link)
    assert (operation.kind, operation.reason) == ("void", reason)
    assert operation.amount == session.payment.amount
    assert order_of(link).status == "pending"
    attempt.refresh_from_db()
    assert attempt.state == "reversed"


def test_the_customer_can_pay_rightly_after_a_wrong_sum(client: Client, link: PaymentLink) -> None:
    first = begin(client, link)
    decide(client, first, "other_amount", "redirect")
    come_back(client, first)
    second = begin(client, link)
    decide(client, second, "approve")
    assert "Thank you, Frida" in come_back(client, second)
    assert order_of(link).authorized_amount == builders.TOTAL


def test_a_declined_attempt_is_told_in_one_word(client: Client, link: PaymentLink) -> None:
    attempt = begin(client, link)
    decide(client, attempt, "decline", "neither")
    check_attempt(attempt.pk, at=clock.now())
    (entry,) = entries_of(Event.objects.filter(order=link.order_id, kind="link.declined"), "SEK", lambda _event: "")
    assert (entry.title, entry.note) == ("Payment declined", "")


def test_every_payment_that_was_not_finished_is_told(client: Client, alice_client: Client, link: PaymentLink) -> None:
    begin(client, link)
    client.post(url(link, "restart/"))
    pay(client, link, "cancel")
    begin(client, link)
    before = order_of(link).version
    cancel_link(link.pk, access=None, by=Actor.system("alice@acme.example"), at=clock.now())
    assert order_of(link).version == before + 1  # of the cancellation: how an attempt ended makes no form stale
    page = alice_client.get(f"/orders/{link.order_id}/?kind=link.abandoned").content.decode()
    read = [" ".join(strip_tags(entry).split()) for entry in page.split("<h2>")]
    stories = [entry for entry in read if entry.startswith("Payment not finished")]
    assert len(stories) == 3
    for who, why in (
        ("Customer", "The customer started again."),
        ("Customer", "The customer turned back at the payment provider."),
        ("System, chosen by alice@acme.example", "It was closed first, because the link was changed or ended."),
    ):
        assert any(who in each and why in each for each in stories), (who, why, stories)


def test_a_payment_left_alone_is_told_when_its_link_has_ended(client: Client, link: PaymentLink) -> None:
    begin(client, link)
    over = link.expires_at + timedelta(minutes=15)
    with time_machine.travel(over):
        sweep_attempts(over)
    (entry,) = entries_of(Event.objects.filter(order=link.order_id, kind="link.abandoned"), "SEK", lambda _event: "")
    assert (entry.actor, entry.note) == ("System", "The payment link had expired.")


def test_money_authorized_after_the_15_minutes_goes_back(client: Client, store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    attempt = begin(client, link)
    decide(client, attempt, "approve", "neither")
    payment = Session.objects.get(pk=attempt.session_reference).payment
    payment.authorized_at = link.expires_at + timedelta(minutes=15, seconds=1)
    payment.save()
    check_attempt(attempt.pk, at=clock.now())
    assert stray(link).reason == "too_late"
    assert order_of(link).status == "pending"


def test_an_authorization_in_time_counts_however_late_we_hear_of_it(client: Client, store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    attempt = begin(client, link)
    decide(client, attempt, "approve", "neither")
    with time_machine.travel(link.expires_at + timedelta(hours=5), tick=True):
        assert expire_links(clock.now()) == 0
        sweep_attempts(clock.now())
    assert order_of(link).status == "authorized"
    link.refresh_from_db()
    assert link.status == "completed"


def test_a_begun_link_nobody_finished_expires_after_the_gateway_was_asked(client: Client, store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    attempt = begin(client, link)
    with time_machine.travel(link.expires_at + timedelta(minutes=16), tick=True):
        assert expire_links(clock.now()) == 0
        sweep_attempts(clock.now())
        assert expire_links(clock.now()) == 1
    attempt.refresh_from_db()
    link.refresh_from_db()
    assert (attempt.state, link.status) == ("abandoned", "expired")


def test_an_attempt_the_gateway_never_heard_of_ends_when_it_cannot_begin_any_more(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    with silent_gateway(monkeypatch):
        press_pay(client, link)
    attempt = link.attempts.get()
    assert (attempt.state, attempt.session_reference) == ("begun", "")
    with time_machine.travel(link.expires_at + timedelta(minutes=16), tick=True):
        sweep_attempts(clock.now())
        assert expire_links(clock.now()) == 1
    attempt.refresh_from_db()
    assert attempt.state == "abandoned"


def test_swish_money_nobody_expected_is_refunded(client: Client, link: PaymentLink) -> None:
    attempt = begin(client, link, method="swish")
    decide(client, attempt, "other_amount", "redirect")
    come_back(client, attempt)
    operation = stray(link)
    assert (operation.kind, operation.state) == ("refund", "requested")
    operations.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "succeeded"
    assert Event.objects.filter(kind="stray.returned").count() == 1
