"""Amending an order while its customer pays it, and two people at it: through their browsers' own forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common import clock
from orders import operations
from orders.audit import audit_order
from orders.models import Line, Operation, Order
from paylinks import placing, settle
from paylinks.actions import amend, begin
from paylinks.models import Attempt, PaymentLink
from sandbox.actions.sessions import choose
from sandbox.models import Session
from tests import builders
from tests.cast import Company
from tests.concurrency.racing import Meeting, order_without_lock, race, without
from tests.filling import Form
from tests.paylinks import customers
from tests.paylinks.asking import asked
from tests.paylinks.test_amend_page import opened
from tests.paylinks.typed import confirmed

pytestmark = pytest.mark.django_db(transaction=True)
Wish = Callable[[], int]
LESS = builders.TOTAL - 74900


@pytest.fixture
def link(acme: Company, alice: User) -> PaymentLink:
    return builders.system_link(acme.store)


def _browser(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def _amends(person: User, link: PaymentLink, *, browser: Client | None = None, form: Any = None) -> Wish:
    """Somebody with the page open who takes one bowl instead of two, and presses the button."""
    looking = browser or _browser(person)
    form = form or opened(looking, link)[0]
    sent = {**form, "line-0-quantity": "1", "do": "amend"}
    preview = looking.post(f"/links/{link.order_id}/amend/preview/", sent).content.decode()
    sent["confirmed"] = confirmed(preview)

    def post() -> int:
        mine = Client()
        mine.cookies = looking.cookies
        return mine.post(f"/links/{link.order_id}/amend/", sent).status_code

    return post


def _pays(attempt: Attempt) -> Wish:
    """The customer confirms at the gateway and comes back."""

    def pay() -> int:
        browser = Client()
        answer = customers.decide(browser, attempt, "approve", "neither")
        customers.come_back(browser, attempt)
        return int(answer.status_code)

    return pay


def _begins(link: PaymentLink) -> Wish:
    """The customer, with the first version on the screen, presses Pay."""
    return lambda: customers.press_pay(Client(), link).status_code


def _order(link: PaymentLink) -> Order:
    return Order.objects.get(pk=link.order_id)


def _reserved(order: Order) -> list[int]:
    """What the gateway holds of this order's customer."""
    sessions = Attempt.objects.filter(order=order).exclude(session_reference="").values_list("session_reference")
    found = Session.objects.filter(pk__in=[uuid.UUID(each[0]) for each in sessions], payment__isnull=False)
    return [session.payment.amount for session in found if session.payment is not None]


def test_amending_against_paying_ends_one_way(link: PaymentLink, alice: User) -> None:
    """Either the customer was faster and the first version is paid, or the second waits and nothing is reserved."""
    attempt = builders.begun(link)
    results = race(_pays(attempt), _amends(alice, link))
    order = _order(link)
    ended = (order.status, order.revision, order.authorized_amount, sum(_reserved(order)), results[1])
    assert ended in {("authorized", 1, builders.TOTAL, builders.TOTAL, 409), ("pending", 2, 0, 0, 302)}, results
    assert not order.operations.filter(is_stray=True).exists()
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_closing_first_the_customer_pays_a_version_that_is_gone(
    link: PaymentLink, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = builders.begun(link)
    meeting = Meeting(2)

    def amended_first(_order: uuid.UUID, act: Any, **_: Any) -> Any:
        done = act()
        meeting.wait()
        return done

    def then_paid() -> int:
        meeting.wait()
        return _pays(attempt)()

    monkeypatch.setattr(amend, "after_closing", amended_first)
    monkeypatch.setattr(amend, "refuse_begun", lambda _order: None)
    race(then_paid, _amends(alice, link))
    order = _order(link)
    assert (order.status, order.revision, order.authorized_amount) == ("pending", 2, 0)
    assert order.operations.filter(is_stray=True).exists()  # and it has to be given back


def test_who_begins_while_it_is_amended_never_pays_the_old_version(link: PaymentLink, alice: User) -> None:
    results = race(_begins(link), _amends(alice, link))
    order = _order(link)
    running = Attempt.objects.filter(order=order, state="begun").values_list("revision", flat=True)
    assert set(running) <= {order.revision}, results
    assert results[1] == 302, results  # who had begun was closed first: the version was free to go
    assert _reserved(order) == []


def test_control_without_lock_and_version_an_old_form_begins_on_the_new_order(
    link: PaymentLink, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(2)
    real = begin._check

    def met(*args: Any) -> Any:
        found = real(*args)
        meeting.wait()
        meeting.wait()
        return found

    def unlocked(link_id: uuid.UUID, **_: Any) -> PaymentLink:
        return PaymentLink.objects.select_related("order__store__merchant").get(pk=link_id)

    def amends() -> int:
        meeting.wait()
        status = _amends(alice, link)()
        meeting.wait()
        return status

    monkeypatch.setattr(begin, "_check", met)
    monkeypatch.setattr(begin, "locked", unlocked)
    with without("paylinks_paymentlink", "at_most_one_link_is_open"):
        race(_begins(link), amends)
        attempt = Attempt.objects.get(order=link.order_id, state="begun")
        assert (attempt.revision, _order(link).revision) == (1, 2)


def test_of_two_people_who_amend_one_does(link: PaymentLink, alice: User, bob: User) -> None:
    wishes = [_amends(alice, link), _amends(bob, link)]
    results = race(*wishes)
    assert sorted(results) == [302, 409]
    order = _order(link)
    assert (order.revision, order.amount, PaymentLink.objects.filter(order=order).count()) == (2, LESS, 2)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_two_tabs_with_one_form_make_one_version(link: PaymentLink, alice: User) -> None:
    browser = _browser(alice)
    form, _page = opened(browser, link)
    wish = _amends(alice, link, browser=browser, form=form)
    assert race(wish, wish) == [302, 302]
    assert (_order(link).revision, PaymentLink.objects.filter(order=link.order_id).count()) == (2, 2)


def _resends(person: User, link: PaymentLink) -> Wish:
    browser = _browser(person)
    form = asked(browser, link, "resend")
    return lambda: browser.post(f"/links/{link.pk}/resend/", form).status_code


def test_of_amending_and_resending_one_happens(link: PaymentLink, alice: User, bob: User) -> None:
    results = race(_amends(alice, link), _resends(bob, link))
    assert sorted(results) == [302, 409]
    links = PaymentLink.objects.filter(order=link.order_id)
    assert (links.count(), links.filter(status="created").count()) == (2, 1)
    assert _order(link).revision == (2 if results[0] == 302 else 1)


def test_cancelling_the_order_while_it_is_amended_leaves_nothing_open(
    link: PaymentLink, alice: User, bob: User
) -> None:
    browser = _browser(bob)
    address = f"/links/{link.order_id}/withdraw/"
    form = Form(address, browser.get(address).content.decode()).values
    results = race(_amends(alice, link), lambda: browser.post(address, form).status_code)
    order = _order(link)
    assert results[1] in {302, 409}, results
    assert (order.status == "cancelled") is (results[1] == 302)
    assert PaymentLink.objects.filter(order=order, status="created").exists() is (order.status == "pending")
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_lock_and_constraints_there_are_two_second_versions(
    link: PaymentLink, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(2)
    real = amend.retire_link

    def met(*args: Any, **named: Any) -> None:
        meeting.wait()
        real(*args, **named)

    def unlocked(link_id: uuid.UUID, **_: Any) -> PaymentLink:
        found = PaymentLink.objects.get(pk=link_id)
        found.order = order_without_lock(found.order_id)
        return found

    monkeypatch.setattr(amend, "retire_link", met)
    monkeypatch.setattr(amend, "locked", unlocked)
    names = ("one_current_link", "at_most_one_link_is_open", "one_link_per_number")
    lines = ("one_line_per_position", "one_line_per_item")
    with without("paylinks_paymentlink", *names), without("orders_line", *lines):
        race(_amends(alice, link), _amends(bob, link))
        assert PaymentLink.objects.filter(order=link.order_id, is_current=True).count() == 2
        assert Line.objects.filter(order=link.order_id, revision=2, position=1).count() == 2


def _authorized_late(link: PaymentLink, alice: User, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """The gateway said the session was closed, and authorized the old version all the same."""
    attempt = builders.begun(link)
    assert _amends(alice, link)() == 302
    Session.objects.filter(pk=attempt.session_reference).update(state="open", finished_at=None)
    choose(uuid.UUID(attempt.session_reference), "authorized", at=clock.now(), has_webhook=False)
    return attempt


def test_the_old_version_authorized_late_goes_back_told_and_written_down(
    link: PaymentLink, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = _authorized_late(link, alice, monkeypatch)
    race(*[lambda: settle.check_attempt(attempt.pk, at=clock.now())] * 2)
    stray = Operation.objects.get(order=link.order_id, is_stray=True)
    assert (operations.run(stray.pk).state, stray.amount, stray.reason) == (
        "succeeded",
        builders.TOTAL,
        "link_replaced",
    )
    order = _order(link)
    assert (order.status, order.revision, order.authorized_amount) == ("pending", 2, 0)
    assert customers.told(link, "order.money_returned") == 1
    kinds = list(order.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["stray.found", "stray.returned"]
    assert audit_order(order.pk, asks_gateway=True) == []
    current = PaymentLink.objects.get(order=order, is_current=True)
    assert "Pay 1,319.20 SEK" in Client().get(customers.url(current)).content.decode()


def test_control_without_comparing_the_old_sum_becomes_the_orders(
    link: PaymentLink, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = _authorized_late(link, alice, monkeypatch)
    monkeypatch.setattr(placing, "mismatch", lambda *_: "")
    monkeypatch.setattr(placing, "_complete", lambda *_: None)  # the table of moves would refuse too
    settle.check_attempt(attempt.pk, at=clock.now())
    order = _order(link)
    assert (order.status, order.amount) == ("authorized", LESS)
    assert audit_order(order.pk, asks_gateway=True) != []  # the gateway holds the sum of a version that is gone
