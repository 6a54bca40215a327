"""The customer's way from the form to the end, whatever the end is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Store
from common import clock
from orders import operations
from orders.models import Operation
from paylinks.models import PaymentLink
from paylinks.views import pay_acts, pay_guard
from sandbox.actions.controls import set_behaviour
from sandbox.actions.sessions import review
from sandbox.models import Session
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


def test_a_paid_order_ends_with_a_receipt(client: Client, link: PaymentLink) -> None:
    attempt = begin(client, link)
    link.refresh_from_db()
    assert link.status == "in_progress"
    answer = decide(client, attempt, "approve")
    assert answer["Location"].endswith(url(link, f"back/{attempt.pk}/"))
    page = come_back(client, attempt)
    for words in (
        "Thank you, Frida",
        "A receipt is on its way to frida.nystrom@example.com.",
        "Paid with",
        "413.64",
        "2,068.20",
        "Save receipt",
        "print this page",
    ):
        assert words in page, words
    link.refresh_from_db()
    assert (order_of(link).status, link.status) == ("authorized", "completed")
    assert told(link, "order.confirmation") == 1
    assert "Thank you, Frida" in client.get(url(link)).content.decode()
    assert press_pay(client, link)["Location"] == url(link)


def test_a_declined_payment_can_be_tried_again(client: Client, link: PaymentLink) -> None:
    page = pay(client, link, "decline")
    assert "The payment was declined. Nothing was charged." in page
    assert "Thank you, Frida" in pay(client, link, method="klarna")
    assert [attempt.state for attempt in link.attempts.order_by("begun_at")] == ["declined", "authorized"]


def test_a_customer_who_turns_back_can_pay_later(client: Client, link: PaymentLink) -> None:
    assert "The payment was stopped. Nothing was charged." in pay(client, link, "cancel")
    assert "Thank you, Frida" in pay(client, link)


def test_swish_is_charged_at_once(client: Client, link: PaymentLink) -> None:
    assert "Swish" in pay(client, link, method="swish")
    order = order_of(link)
    assert (order.status, order.captured_amount, order.is_charged_at_once) == ("captured", builders.TOTAL, True)
    assert told(link, "order.confirmation") == 1


def test_being_paid_elsewhere_goes_on_with_the_same_attempt(client: Client, link: PaymentLink) -> None:
    attempt = begin(client, link)
    page = client.get(url(link)).content.decode()
    assert "A payment has begun" in page
    assert "Bondegatan" not in page
    answer = Client().post(url(link, "resume/"))
    assert (answer.status_code, answer["Location"]) == (303, attempt.redirect_url)
    assert link.attempts.count() == 1


def test_going_on_with_a_payment_that_is_through_shows_the_receipt(client: Client, link: PaymentLink) -> None:
    decide(client, begin(client, link), "approve", "neither")
    assert "Thank you, Frida" in client.post(url(link, "resume/"), follow=True).content.decode()


def test_starting_again_closes_the_first_payment(client: Client, link: PaymentLink) -> None:
    first = begin(client, link)
    page = client.post(url(link, "restart/"), follow=True).content.decode()
    assert "Pay 2,068.20 SEK" in page
    assert Session.objects.get(pk=first.session_reference).state == "closed"
    assert "Thank you, Frida" in pay(client, link)
    assert decide(client, first, "approve").status_code == 409
    assert Operation.objects.filter(is_stray=True).count() == 0


def test_starting_again_after_it_went_through_shows_the_receipt(client: Client, link: PaymentLink) -> None:
    decide(client, begin(client, link), "approve", "neither")
    assert "Thank you, Frida" in client.post(url(link, "restart/"), follow=True).content.decode()
    assert link.attempts.count() == 1


def test_another_form_while_one_is_being_paid_is_shown_the_choice(client: Client, link: PaymentLink) -> None:
    begin(client, link)
    answer = press_pay(Client(), link, email="somebody.else@example.com")
    assert (answer.status_code, answer["Location"]) == (303, url(link))


@pytest.mark.parametrize("verb", ["resume/", "restart/"])
def test_a_silent_gateway_changes_nothing_and_says_so(
    client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    attempt = begin(client, link)
    with silent_gateway(monkeypatch):
        answer = client.post(url(link, verb))
    assert answer.status_code == 503
    assert 'role="alert"' in answer.content.decode()
    attempt.refresh_from_db()
    assert attempt.state == "begun"


def test_coming_back_while_the_gateway_is_silent_waits_and_never_invites_to_pay(
    client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = begin(client, link)
    decide(client, attempt, "approve", "neither")
    with silent_gateway(monkeypatch):
        answer = client.get(url(link, f"back/{attempt.pk}/"))
    page = answer.content.decode()
    assert "We do not know yet" in page
    assert "Do not pay again." in page
    assert "<form" not in page
    assert answer["Refresh"] == f"5; url={url(link, f'back/{attempt.pk}/')}"
    assert "Thank you, Frida" in come_back(client, attempt)


def test_coming_back_again_and_again_does_not_ask_the_gateway_each_time(
    client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay_guard, "_ASKS_PER_LINK", 1)
    asked: list[object] = []
    monkeypatch.setattr(pay_acts, "check_attempt", lambda pk, **_at: asked.append(pk))
    attempt = begin(client, link)
    first, second = (client.get(url(link, f"back/{attempt.pk}/")) for _time in range(2))
    assert (first.status_code, second.status_code) == (303, 200)
    assert "We do not know yet" in second.content.decode()
    assert asked == [attempt.pk]
    assert press_pay(client, link, terms=None).status_code != 429


def test_a_stranger_to_the_attempt_is_shown_the_page(client: Client, link: PaymentLink, store: Store) -> None:
    other = begin(client, builders.system_link(store))
    assert client.get(url(link, f"back/{other.pk}/"))["Location"] == url(link)


@pytest.mark.parametrize(("is_approved", "heading"), [(True, "Thank you, Frida"), (False, "This order was cancelled")])
def test_a_payment_under_review_is_decided_later(
    client: Client, link: PaymentLink, is_approved: bool, heading: str
) -> None:
    page = pay(client, link, "review", method="klarna")
    assert "Your payment is being checked" in page
    assert (order_of(link).is_under_review, told(link, "order.confirmation")) == (True, 0)
    session = link.attempts.get().session_reference
    review(session, is_approved=is_approved, at=clock.now())
    hear()
    assert heading in client.get(url(link)).content.decode()
    assert told(link, "order.confirmation") == int(is_approved)
    assert told(link, "order.cancelled") == int(not is_approved)
    assert order_of(link).status == ("authorized" if is_approved else "cancelled")


@pytest.mark.parametrize(("kind", "status"), [("succeed", "captured"), ("decline", "authorized")])
def test_auto_capture_follows_the_payment(client: Client, store: Store, kind: str, status: str) -> None:
    set_behaviour(kind, at=clock.now(), key_prefix="auto-")
    link = builders.system_link(store, auto_capture=True)
    assert "Thank you, Frida" in pay(client, link)
    operation = Operation.objects.get(kind="capture")
    assert (operation.is_automatic, operation.state) == (True, "requested")
    operations.run(operation.pk)
    order = order_of(link)
    assert (order.status, bool(order.capture_problem)) == (status, kind == "decline")
    assert told(link, "order.confirmation") == 1


def test_a_link_cannot_be_begun_one_second_after_its_48_hours(client: Client, store: Store) -> None:
    over = builders.system_link(store, at=clock.now() - timedelta(hours=48, seconds=1))
    answer = press_pay(client, over)
    assert (answer.status_code, answer["Location"]) == (303, url(over))
    assert not over.attempts.exists()


def test_what_has_begun_in_time_may_be_finished_within_15_minutes(client: Client, store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    attempt = begin(client, link)
    with time_machine.travel(link.expires_at + timedelta(minutes=14), tick=True):
        page = client.get(url(link)).content.decode()
        assert "Go on with the payment" in page
        assert "Start again" not in page
        assert "starting again" not in page
        assert "The link itself has closed. What has begun can be finished until " in page
        assert decide(client, attempt, "approve").status_code == 302
        assert "Thank you, Frida" in come_back(client, attempt)
    assert order_of(link).status == "authorized"


def test_past_the_15_minutes_nobody_can_pay_and_nothing_is_offered(client: Client, store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=59))
    attempt = begin(client, link)
    with time_machine.travel(link.expires_at + timedelta(minutes=15), tick=True):
        answer = client.get(url(link))
        assert "We do not know yet" in answer.content.decode()
        assert "back/" in answer["Refresh"]
        assert decide(client, attempt, "approve").status_code == 409
        page: Any = come_back(client, attempt)
        assert "This link has closed" in page
