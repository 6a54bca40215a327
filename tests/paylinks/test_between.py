"""What happens between two steps of somebody else: nothing a customer has begun is lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.models import Order
from paylinks import settle
from paylinks.actions import begin
from paylinks.actions.amend import amend_order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.close_ended import close_links_of_ended_agreements
from paylinks.actions.create import create_link_order
from paylinks.actions.resend import resend_link
from paylinks.models import Attempt, PaymentLink
from paylinks.rules import create_obstacle
from payments.gateway import GatewayUnavailable, SessionState, Snapshot
from sandbox import clock as sandbox_clock
from tests import builders
from tests.cast import Company
from tests.paylinks import customers

pytestmark = pytest.mark.django_db


def _begin_after_the_first_look(monkeypatch: pytest.MonkeyPatch, link: PaymentLink, *, always: bool) -> list[Attempt]:
    """A customer who begins right after staff have closed the last attempt."""
    made: list[Attempt] = []
    real = settle.close_running

    def late(order_id: Any, **how: Any) -> None:
        real(order_id, **how)
        if always or not made:
            made.append(builders.begun(link))

    monkeypatch.setattr(settle, "close_running", late)
    return made


def amend_link(link_id: uuid.UUID, **who: Any) -> PaymentLink:
    """A new version under a new reference."""
    order = Order.objects.get(links=link_id)
    wanted = builders.order_input(merchant_reference1="FJB-10499")
    return amend_order(order.pk, wanted, form_key=uuid.uuid4(), version=order.version, **who)


ACTS: list[Callable[..., object]] = [resend_link, cancel_link, amend_link]


@pytest.mark.parametrize("act", ACTS)
def test_who_begins_in_between_is_closed_before_the_link_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch, act: Callable[..., object]
) -> None:
    link = builders.system_link(store)
    made = _begin_after_the_first_look(monkeypatch, link, always=False)
    act(link.pk, access=None, by=Actor("member", "alice@acme.example"), at=clock.now())
    made[0].refresh_from_db()
    assert made[0].state == "abandoned"


@pytest.mark.parametrize("act", ACTS)
def test_a_customer_who_begins_again_and_again_is_not_cut_off(
    store: Store, monkeypatch: pytest.MonkeyPatch, act: Callable[..., object]
) -> None:
    link = builders.system_link(store)
    made = _begin_after_the_first_look(monkeypatch, link, always=True)
    with pytest.raises(DomainError, match="not decided yet"):
        act(link.pk, access=None, by=Actor("member", "alice@acme.example"), at=clock.now())
    builders.decide(made[-1])
    settle.check_attempt(made[-1].pk, at=clock.now())
    assert Order.objects.get(pk=link.order_id).status == "authorized"


def test_names_as_long_as_the_form_allows_are_booked(store: Store) -> None:
    link = builders.system_link(store)
    browser = Client()
    attempt = customers.begin(browser, link, to_given_name="A" * 100, to_family_name="B" * 100)
    builders.decide(attempt)
    settle.check_attempt(attempt.pk, at=clock.now())
    assert Order.objects.get(pk=link.order_id).status == "authorized"


@pytest.mark.parametrize("state", [SessionState.UNKNOWN, SessionState.OPEN])
def test_an_answer_that_decides_nothing_keeps_a_review_open_and_asked_about(store: Store, state: str) -> None:
    order = builders.paid(builders.system_link(store), "review")
    attempt = Attempt.objects.get(order=order)
    settle.settle(attempt.pk, Snapshot(SessionState(state), attempt.session_reference), at=clock.now())
    order.refresh_from_db()
    attempt.refresh_from_db()
    assert order.is_under_review
    assert attempt.next_check_at is not None


def test_a_review_that_ends_declined_cancels(store: Store) -> None:
    order = builders.paid(builders.system_link(store), "review")
    attempt = Attempt.objects.get(order=order)
    settle.settle(attempt.pk, Snapshot(SessionState.DECLINED, attempt.session_reference), at=clock.now())
    order.refresh_from_db()
    assert (order.status, order.is_under_review) == ("cancelled", False)


def test_a_second_click_that_cannot_connect_leaves_the_open_session(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = builders.begun(builders.system_link(store))
    second = Attempt.objects.select_related("link", "order", "gateway_account__store").get(pk=attempt.pk)
    second.session_reference = second.redirect_url = ""

    def down(_: Attempt) -> None:
        raise GatewayUnavailable("away", was_sent=False)

    monkeypatch.setattr(begin, "begin_at_gateway", down)
    with pytest.raises(DomainError, match="does not answer now"):
        begin.open_session(second)
    attempt.refresh_from_db()
    assert attempt.state == "begun"


def test_starting_again_past_the_end_keeps_the_attempt_that_may_still_be_finished(store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=48) + timedelta(minutes=5))
    attempt = builders.begun(link)
    sandbox_clock.remember(timedelta(minutes=10))
    Client().post(customers.url(link, "restart/"))
    attempt.refresh_from_db()
    assert attempt.state == "begun"


def test_an_ended_agreement_takes_no_payment_and_closes_its_links(acme: Company) -> None:
    link = builders.system_link(acme.store)
    acme.merchant.agreement_ended_at = clock.now() - timedelta(days=1)
    acme.merchant.save(update_fields=["agreement_ended_at"])
    assert customers.press_pay(Client(), link).status_code != 303
    assert close_links_of_ended_agreements(clock.now()) == 1
    link.refresh_from_db()
    assert link.status == "cancelled"


def test_an_agreement_that_ends_later_stops_nothing_today(acme: Company) -> None:
    builders.connect_sandbox(acme.store, clock.now())
    acme.store.merchant.agreement_ended_at = clock.now() + timedelta(days=300)
    assert create_obstacle(acme.store, clock.now()) is None


def test_without_terms_nothing_is_paid(acme: Company) -> None:
    link = builders.system_link(acme.store)
    Store.objects.filter(pk=acme.store.pk).update(terms_url="")
    assert customers.press_pay(Client(), link).status_code != 303


def test_another_merchants_form_is_refused_in_words(acme: Company, globex: Company) -> None:
    at = clock.now()
    key = builders.sent_link(acme.store, acme.access("alice", at)).form_key
    builders.connect_sandbox(globex.store, at)
    access = globex.access("charlie", at)
    assert key is not None
    with pytest.raises(DomainError, match="used already"):
        create_link_order(globex.store, builders.order_input(), form_key=key, access=access, by=access.actor, at=at)
