"""An authorization for a link that is over, and two tabs that both pay: the order takes one, the rest goes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders import operations
from orders.audit import audit_order
from orders.models import Operation, Order
from paylinks import placing, settle
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.actions.withdraw import withdraw_order
from paylinks.models import Attempt, PaymentLink
from sandbox.actions.sessions import choose
from sandbox.models import Movement, Session
from tests import builders
from tests.concurrency.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor("member", "alice@acme.example")


def _cancel(link: PaymentLink) -> None:
    cancel_link(link.pk, access=None, by=BY, at=clock.now())


def _resend(link: PaymentLink) -> None:
    resend_link(link.pk, access=None, by=BY, at=clock.now())


def _withdraw(link: PaymentLink) -> None:
    withdraw_order(link.order_id, key="w", access=None, by=BY, at=clock.now(), tells_customer=False)


def _second_tab(link: PaymentLink) -> None:
    """The customer starts again with another method, and pays there."""
    settle.close_running(link.order_id, at=clock.now())
    builders.paid(link, method="klarna")


WAYS = {
    "link_cancelled": (_cancel, "pending"),
    "link_replaced": (_resend, "pending"),
    "order_cancelled": (_withdraw, "cancelled"),
    "already_paid": (_second_tab, "authorized"),
}


def _authorized_late(link: PaymentLink, end: Callable[[PaymentLink], None]) -> Attempt:
    """The gateway said the session was closed, and authorized it all the same."""
    attempt = builders.begun(link)
    end(link)
    Session.objects.filter(pk=attempt.session_reference).update(state="open", finished_at=None)
    choose(uuid.UUID(attempt.session_reference), "authorized", at=clock.now(), has_webhook=False)
    return attempt


def _checks(attempt: Attempt) -> None:
    """Redirect, webhook and sweep at once."""
    race(*[lambda: settle.check_attempt(attempt.pk, at=clock.now())] * 3)


def _held(attempt: Attempt) -> int:
    """What the gateway still holds for this attempt."""
    payment = Session.objects.get(pk=attempt.session_reference).payment
    return int(payment.amount - payment.totals.certain(Movement.Kind.VOID, Movement.Kind.REFUND))


@pytest.mark.parametrize(("reason", "way"), WAYS.items(), ids=WAYS)
def test_money_for_a_dead_link_goes_back_once_and_its_payer_is_told(store: Store, reason: str, way: Any) -> None:
    end, status = way
    link = builders.system_link(store)
    attempt = _authorized_late(link, end)
    _checks(attempt)
    stray = Operation.objects.get(order=link.order_id, is_stray=True)
    assert (stray.reason, stray.amount, operations.run(stray.pk).state) == (reason, builders.TOTAL, "succeeded")
    order = Order.objects.get(pk=link.order_id)
    assert (order.status, order.authorized_amount) == (status, builders.TOTAL if status == "authorized" else 0)
    assert _held(attempt) == 0
    assert Message.objects.filter(order_id=order.pk, kind="order.money_returned").count() == 1
    assert audit_order(order.pk, asks_gateway=True) == []


@pytest.mark.parametrize("reason", ["link_cancelled", "link_replaced"])
def test_control_without_comparing_a_dead_link_pays_the_order(
    store: Store, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = builders.system_link(store)
    attempt = _authorized_late(link, WAYS[reason][0])
    monkeypatch.setattr(placing, "mismatch", lambda *_: "")
    monkeypatch.setattr(placing, "_complete", lambda *_: None)  # the table of moves would refuse too
    settle.check_attempt(attempt.pk, at=clock.now())
    link.refresh_from_db()
    assert (Order.objects.get(pk=link.order_id).status, link.status) == ("authorized", "cancelled")


@pytest.mark.parametrize(("reason", "way"), WAYS.items(), ids=WAYS)
def test_control_without_giving_back_the_gateway_keeps_it_and_nobody_knows(
    store: Store, reason: str, way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = builders.system_link(store)
    attempt = _authorized_late(link, way[0])
    monkeypatch.setattr(placing, "_reverse", lambda *_: None)
    _checks(attempt)
    assert _held(attempt) == builders.TOTAL
    assert not Operation.objects.filter(order=link.order_id, is_stray=True).exists()
