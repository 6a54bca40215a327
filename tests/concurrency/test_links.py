"""Customers, staff and sweeps at one payment link at the same time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.models import Order
from paylinks import placing, settle
from paylinks.actions import begin, create, expire, resend
from paylinks.actions.expire import expire_links
from paylinks.models import LIFETIME, Attempt, PaymentLink
from tests import builders
from tests.cast import Company
from tests.concurrency.racing import Meeting, attempt_without_lock, race, winners, without

pytestmark = pytest.mark.django_db(transaction=True)


def _link_without_lock(link_id: uuid.UUID, **_: Any) -> PaymentLink:
    return PaymentLink.objects.select_related("order__store__merchant").get(pk=link_id)


def test_pay_against_expire_ends_one_way(store: Store) -> None:
    """At the very end, either the attempt was begun and the link stays, or it expired and nothing began."""
    end = clock.now()
    link = builders.system_link(store, at=end - LIFETIME + timedelta(milliseconds=300))
    results = race(
        lambda: begin.begin_payment(link.pk, builders.pay_input(), at=clock.now()),
        lambda: expire_links(link.expires_at + timedelta(milliseconds=1)),
    )
    # it passes by a link that is locked: who came too late holds the lock for a moment, and it comes again
    expire_links(link.expires_at + timedelta(milliseconds=1))
    link.refresh_from_db()
    has_begun = Attempt.objects.filter(link=link, state="begun").exists()
    assert (link.status == "expired") is not has_begun, results


def test_an_attempt_begun_while_the_sweep_waits_keeps_its_link(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    link = builders.system_link(store)
    later = link.expires_at + timedelta(seconds=1)
    meeting = Meeting(2)
    real = begin._check

    def slow(*args: Any) -> Any:
        meeting.wait()
        return real(*args)

    monkeypatch.setattr(begin, "_check", slow)
    race(lambda: builders.begun(link), lambda: (meeting.wait(), expire_links(later)))
    link.refresh_from_db()
    assert link.status == "in_progress"


def test_control_without_lock_and_second_look_a_begun_link_expires(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = builders.system_link(store)
    meeting = Meeting(2)
    real = begin._check

    def met(*args: Any) -> Any:
        account = real(*args)
        meeting.wait()
        meeting.wait()  # the sweep looks while the attempt is not committed
        return account

    monkeypatch.setattr(begin, "_check", met)
    monkeypatch.setattr(expire, "_LOCK", expire._LOCK.replace("FOR NO KEY UPDATE OF o, l SKIP LOCKED", ""))
    second_look = expire._EXPIRE[expire._EXPIRE.index("AND NOT EXISTS") : expire._EXPIRE.index("RETURNING l.order_id")]
    monkeypatch.setattr(expire, "_EXPIRE", expire._EXPIRE.replace(second_look, ""))
    later = link.expires_at + timedelta(seconds=1)
    race(lambda: builders.begun(link), lambda: (meeting.wait(), expire_links(later), meeting.wait()))
    link.refresh_from_db()
    assert (link.status, Attempt.objects.get(link=link).state) == ("expired", "begun")


def test_two_tabs_pay_and_one_attempt_runs(store: Store) -> None:
    link = builders.system_link(store)
    results = race(lambda: builders.begun(link), lambda: builders.begun(link))
    assert len(winners(results)) == 1
    losers = [result for result in results if isinstance(result, DomainError)]
    assert [loser.code for loser in losers] == ["paid_elsewhere"]


def test_control_without_lock_and_constraint_two_attempts_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    link = builders.system_link(store)
    meeting = Meeting(2)
    real = begin._check

    def met(*args: Any) -> Any:
        account = real(*args)
        meeting.wait()
        return account

    monkeypatch.setattr(begin, "_check", met)
    monkeypatch.setattr(begin, "locked", _link_without_lock)
    with without("paylinks_attempt", "one_running_attempt_per_link"):
        race(lambda: builders.begun(link), lambda: builders.begun(link))
        assert Attempt.objects.filter(link=link, state="begun").count() == 2


def test_redirect_webhook_and_sweep_at_once_authorize_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    link = builders.system_link(store)
    attempt = builders.begun(link)
    builders.decide(attempt)
    checks = [lambda: settle.check_attempt(attempt.pk, at=clock.now())] * 3
    race(*checks)
    order = Order.objects.get(pk=link.order_id)
    assert order.status == "authorized"
    assert order.operations.filter(kind="authorize").count() == 1
    assert order.events.filter(kind="order.authorized").count() == 1


def test_control_without_lock_the_order_is_placed_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    link = builders.system_link(store)
    attempt = builders.begun(link)
    builders.decide(attempt)
    meeting = Meeting(2)
    real = placing.mismatch

    def met(*args: Any) -> str:
        found = real(*args)
        meeting.wait()
        return found

    monkeypatch.setattr(placing, "mismatch", met)
    monkeypatch.setattr(settle, "_locked", attempt_without_lock)
    monkeypatch.setattr("orders.actions.place._book_authorization", lambda *_, **__: None)
    with without("paylinks_attempt", "order_is_authorized_once"):
        race(*[lambda: settle.check_attempt(attempt.pk, at=clock.now())] * 2)
        events = Order.objects.get(pk=link.order_id).events
        assert events.filter(kind="order.placed").count() == 2


def test_two_people_resend_and_one_new_link_comes(store: Store) -> None:
    link = builders.system_link(store)
    results = race(*[_resend(link, name) for name in ("alice", "bob")])
    assert len(winners(results)) == 1
    assert [error.code for error in results if isinstance(error, DomainError)] == ["replaced"]
    assert PaymentLink.objects.filter(order=link.order_id).count() == 2


def _resend(link: PaymentLink, name: str) -> Any:
    by = Actor("member", f"{name}@acme.example")
    return lambda: resend.resend_link(link.pk, access=None, by=by, at=clock.now())


def test_control_without_lock_and_constraints_two_links_are_open(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = builders.system_link(store)
    meeting = Meeting(2)
    real = resend.retire_link

    def met(*args: Any, **named: Any) -> None:
        meeting.wait()
        real(*args, **named)

    monkeypatch.setattr(resend, "retire_link", met)
    monkeypatch.setattr(resend, "locked", _link_without_lock)
    names = ("one_current_link", "at_most_one_link_is_open", "one_link_per_number")
    with without("paylinks_paymentlink", *names):
        race(_resend(link, "alice"), _resend(link, "bob"))
        assert PaymentLink.objects.filter(order=link.order_id, status="created").count() == 2


def test_resend_against_paying_leaves_the_money_where_it_belongs(store: Store) -> None:
    """Either the customer was faster and the link stays, or the link is new and nothing is reserved."""
    link = builders.system_link(store)
    attempt = builders.begun(link)
    race(lambda: builders.decide(attempt), _resend(link, "alice"))
    settle.check_attempt(attempt.pk, at=clock.now())
    order = Order.objects.get(pk=link.order_id)
    links = PaymentLink.objects.filter(order=order).count()
    assert (order.status, links) in {("authorized", 1), ("pending", 2)}


def test_control_without_closing_first_a_paying_customer_loses_the_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = builders.system_link(store)
    attempt = builders.begun(link)
    monkeypatch.setattr(resend, "after_closing", lambda _order, act, **_: act())
    monkeypatch.setattr(resend, "refuse_begun", lambda _order: None)
    race(lambda: builders.decide(attempt), _resend(link, "alice"))
    settle.check_attempt(attempt.pk, at=clock.now())
    order = Order.objects.get(pk=link.order_id)
    assert order.status == "pending"
    assert order.events.filter(kind="stray.found").exists()


def _post(acme: Company, key: uuid.UUID) -> Callable[[], PaymentLink]:
    at = clock.now()
    access = acme.access("alice", at)
    builders.connect_sandbox(acme.store, at)

    def post() -> PaymentLink:
        return create.create_link_order(
            acme.store, builders.order_input(), form_key=key, access=access, by=access.actor, at=at
        )

    return post


def test_a_create_form_posted_twice_at_once_makes_one_order(acme: Company) -> None:
    post = _post(acme, uuid.uuid4())
    results = race(post, post)
    assert len({link.pk for link in winners(results)}) == 1
    assert Order.objects.count() == 1


def test_control_without_the_forms_constraint_two_orders_are_made(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = _post(acme, uuid.uuid4())
    meeting = Meeting(2)
    real = create.check_order

    def met(*args: Any) -> None:
        real(*args)
        meeting.wait()

    monkeypatch.setattr(create, "check_order", met)
    with without("paylinks_paymentlink", "one_order_per_form"):
        race(post, post)
        assert Order.objects.count() == 2
