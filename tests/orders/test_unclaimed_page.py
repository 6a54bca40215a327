"""Money no order expects on the screen: the right store's people see it, and few can act on it."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Grant, Member, Store, User
from common import clock
from messaging.actions import deliver
from messaging.models import Message
from orders import unclaimed, unclaimed_mail
from orders.models import UnclaimedPayment
from sandbox.actions import by_hand, controls
from sandbox.delivery import deliver_due
from sandbox.models import Movement
from tests.api import strangers
from tests.cast import Company
from tests.orders.pages import get
from tests.paylinks.customers import silent_gateway

pytestmark = pytest.mark.django_db

PAGE = "/orders/unclaimed/"
NOTICE = "1 payment that no order expects"


def _orders(client: Client, **params: str) -> str:
    """What the Orders page asks for after it stands."""
    found = re.search(r'hx-get="([^"]*/unclaimed/notice/[^"]*)"', get(client, "/orders/", **params))
    assert found is not None
    return get(client, html.unescape(found[1]))


def _act(client: Client, payment: UnclaimedPayment, verb: str) -> str:
    """Press a button and read the page it leads to."""
    answer = client.post(f"{PAGE}{payment.pk}/{verb}/", follow=True)
    assert answer.status_code == 200, answer.status_code
    payment.refresh_from_db()
    return str(answer.content.decode())


@pytest.fixture(params=["movements", "sums only"])
def came_back(store: Store, request: pytest.FixtureRequest) -> UnclaimedPayment:
    """A refund the bank has sent back, as a webhook told, of a gateway that tells more or less."""
    controls.set_sums_only(is_on=request.param == "sums only")
    payment = strangers.returned(store, method="swish")
    deliver_due()
    movement = Movement.objects.get(kind="refund")
    by_hand.fail_refund(movement.pk, uuid.UUID(payment.session_reference), clock.now())
    deliver_due()
    payment.refresh_from_db()
    return payment


def test_it_says_what_came_from_whom_and_what_is_done(alice_client: Client, store: Store) -> None:
    payment = strangers.found(store)
    page = get(alice_client, PAGE)
    for words in (
        "500.00 SEK", "Being given back", "It was only reserved and is being let go.", store.name,
        "stranger@example.com", payment.payment_reference, payment.session_reference, payment.our_reference,
        "View logs", "TEST", "<h4>Release</h4>", "Requested",
    ):  # fmt: skip
        assert words in page
    assert "Void" not in page
    assert "Give back 500.00 SEK again" not in page


def test_the_list_of_orders_shows_it_until_somebody_notes_it(alice_client: Client, store: Store) -> None:
    assert NOTICE not in _orders(alice_client)
    payment = strangers.found(store)
    assert NOTICE in _orders(alice_client)
    assert "It is being given back. We keep asking the gateway." in _act(alice_client, payment, "note")
    assert payment.noted_at is None
    unclaimed.give_back(payment.pk)
    page = _orders(alice_client)
    assert NOTICE in page
    assert "All of it has gone back." in page
    assert "All of it went back on" in get(alice_client, PAGE)
    _act(alice_client, payment, "note")
    _act(alice_client, payment, "note")
    assert payment.noted_by == "alice@acme.example"
    assert AuditEntry.objects.filter(kind="unclaimed.noted").count() == 1
    assert NOTICE not in _orders(alice_client)
    assert "500.00 SEK" in get(alice_client, PAGE)


def test_another_merchant_finds_nothing(charlie_client: Client, store: Store) -> None:
    payment = strangers.found(store)
    assert "500.00 SEK" not in get(charlie_client, PAGE)
    assert NOTICE not in _orders(charlie_client)
    for verb in ("again", "note"):
        assert charlie_client.post(f"{PAGE}{payment.pk}/{verb}/").status_code == 404
    assert charlie_client.get(f"{PAGE}{payment.pk}/logs/").status_code == 404


def test_a_sibling_store_without_a_grant_sees_nothing(
    client_of: Callable[[User], Client], acme: Company, bob: User
) -> None:
    payment = strangers.found(acme.store)
    member = Member.objects.get(user=bob)
    Grant.objects.filter(member=member).update(store=acme.second_store)
    client = client_of(bob)
    assert "500.00 SEK" not in get(client, PAGE)
    assert NOTICE not in _orders(client)
    assert client.post(f"{PAGE}{payment.pk}/again/").status_code == 404
    Grant.objects.filter(member=member).update(store=acme.store)
    assert NOTICE in _orders(client)


def test_one_store_chosen_shows_its_own(alice_client: Client, acme: Company) -> None:
    strangers.found(acme.store)
    assert NOTICE in _orders(alice_client, store=acme.store.mid)
    assert NOTICE not in _orders(alice_client, store=acme.second_store.mid)
    assert "500.00 SEK" not in get(alice_client, PAGE, store=acme.second_store.mid)


def test_a_viewer_reads_and_cannot_act(vera_client: Client, store: Store) -> None:
    payment = strangers.returned(store)
    page = get(vera_client, PAGE)
    assert "Given back" in page
    assert "Noted</" not in page
    assert "View logs" not in page
    for verb in ("again", "note"):
        assert vera_client.post(f"{PAGE}{payment.pk}/{verb}/").status_code == 403


def test_a_refusal_is_told_and_a_person_can_try_at_once(alice_client: Client, store: Store) -> None:
    payment = strangers.found(store, method="swish")
    controls.set_behaviour("decline", at=clock.now(), key_prefix="unclaimed-", times=1)
    unclaimed.give_back(payment.pk)
    page = get(alice_client, PAGE)
    assert "The gateway refused to give it back (The bank said no.). We try again on" in page
    assert "All of it went back on" in _act(alice_client, payment, "again")
    assert [each.requested_by for each in payment.returns.all()] == ["", "alice@acme.example"]
    assert "All of it has gone back already." in _act(alice_client, payment, "again")
    assert payment.returns.count() == 2


def test_a_silent_gateway_changes_nothing(alice_client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = strangers.found(store, method="swish")
    controls.set_behaviour("decline", at=clock.now(), key_prefix="unclaimed-", times=1)
    unclaimed.give_back(payment.pk)
    with silent_gateway(monkeypatch):
        assert "The gateway did not answer." in _act(alice_client, payment, "again")
    assert payment.returns.count() == 1


def test_what_came_back_waits_for_a_person(alice_client: Client, came_back: UnclaimedPayment) -> None:
    assert (came_back.closed_at, came_back.next_check_at) == (None, None)
    [refund] = came_back.returns.all()
    assert refund.came_back_at is not None
    page = get(alice_client, PAGE)
    for words in (
        "Refund came back", "Give it back again, or pay the customer another way.", "Settled another way",
        "Give back 500.00 SEK again", "<h4>Refund</h4>",
    ):  # fmt: skip
        assert words in page
    page = _orders(alice_client)
    assert NOTICE in page
    assert "A refund of it came back: somebody has to decide." in page
    unclaimed.give_back(came_back.pk)  # nothing happens by itself
    assert came_back.returns.count() == 1
    assert "All of it went back on" in _act(alice_client, came_back, "again")
    assert came_back.returns.count() == 2
    assert came_back.came_back_at is None


def test_settled_another_way_it_is_never_given_twice(alice_client: Client, came_back: UnclaimedPayment) -> None:
    assert "settled another way, said alice@acme.example" in _act(alice_client, came_back, "note")
    account = strangers.account_of(came_back.store)
    assert unclaimed.hear(account, came_back.session_reference, at=clock.now())
    came_back.refresh_from_db()
    assert (came_back.closed_at is not None, came_back.returns.count()) == (True, 1)
    assert "This has been settled already." in _act(alice_client, came_back, "again")
    assert came_back.returns.count() == 1


def test_given_back_at_the_gateway_it_is_closed(alice_client: Client, came_back: UnclaimedPayment) -> None:
    by_hand.move_by_hand(uuid.UUID(came_back.session_reference), "refund", amount=50000, at=clock.now())
    deliver_due()
    came_back.refresh_from_db()
    assert came_back.closed_at is not None
    assert "All of it went back on" in get(alice_client, PAGE)
    assert "All of it has gone back already." in _act(alice_client, came_back, "again")


def test_admins_hear_that_it_came_back(came_back: UnclaimedPayment, mailoutbox: list[Any]) -> None:
    message = Message.objects.get(kind=unclaimed_mail.CAME_BACK)
    deliver(message.pk, unclaimed_mail.render, clock.now())
    [sent] = mailoutbox
    assert "came back" in sent.subject
    assert "Give it back again, or pay the customer another way." in sent.body


def test_its_calls_are_shown(alice_client: Client, store: Store) -> None:
    payment = strangers.returned(store)
    path = f"{PAGE}{payment.pk}/logs/"
    for target in ("", "dialog"):
        page = get(alice_client, path, target=target)
        for words in ("Webhook", "Ask about payment", "Ask what became of it", "Release authorization", "200 OK"):
            assert words in page
        assert "stranger@example.com" not in page


@pytest.mark.parametrize("count", [1, 25])
def test_the_page_asks_as_often_however_long(
    alice_client: Client, store: Store, django_assert_max_num_queries: Any, count: int
) -> None:
    for _each in range(count):
        strangers.paid(store)
    deliver_due()
    get(alice_client, PAGE)
    with django_assert_max_num_queries(5):
        page = get(alice_client, PAGE)
    assert page.count("Being given back") == min(count, 20)
    assert ("?after=" in page) == (count > 20)
