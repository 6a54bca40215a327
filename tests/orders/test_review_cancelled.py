"""A cancellation on its way when the gateway rejects the payment: let go of once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Store
from common import clock
from orders import operations
from orders.actions.let_go import cancel_order
from paylinks import settle
from paylinks.models import Attempt
from sandbox.actions import controls, sessions
from sandbox.actions.operations import settle_due
from sandbox.models import Behaviour
from tests import builders
from tests.orders.line_edits import ALICE, is_sound

pytestmark = pytest.mark.django_db


def test_a_rejection_waits_for_the_cancellation_on_its_way(store: Store) -> None:
    order = builders.paid(builders.system_link(store), "review", method="klarna")
    controls.set_behaviour(Behaviour.Kind.LATE_DECLINE, at=clock.now(), times=1)
    void = cancel_order(order.pk, key="v", access=None, by=ALICE, at=clock.now(), tells_customer=False)
    assert void.state == "pending"
    sessions.review(order.session_reference, is_approved=False, at=clock.now())
    attempt = Attempt.objects.get(order=order)
    settle.check_attempt(attempt.pk, at=clock.now())
    order.refresh_from_db()
    assert (order.status, order.releasing_amount) == ("authorized", order.amount)
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        settle_due(clock.now())
        operations.resolve(void.pk)
        settle.check_attempt(attempt.pk, at=clock.now())
    order.refresh_from_db()
    assert (order.status, order.released_amount, order.releasing_amount) == ("cancelled", order.amount, 0)
    assert is_sound(order)


@pytest.mark.parametrize("method", ["klarna", "swish"])
def test_an_approval_waits_for_the_cancellation_on_its_way(store: Store, method: str) -> None:
    order = builders.paid(builders.system_link(store, auto_capture=True), "review", method=method)
    controls.set_behaviour(Behaviour.Kind.LATE_DECLINE, at=clock.now(), key_prefix="void-", times=1)
    void = cancel_order(order.pk, key="v", access=None, by=ALICE, at=clock.now(), tells_customer=False)
    assert void.state == "pending"
    sessions.review(order.session_reference, is_approved=True, at=clock.now())
    attempt = Attempt.objects.get(order=order)
    settle.check_attempt(attempt.pk, at=clock.now())
    order.refresh_from_db()
    assert (order.is_under_review, order.captured_amount, order.releasing_amount) == (True, 0, order.amount)
    attempt.refresh_from_db()
    assert attempt.next_check_at is not None
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        settle_due(clock.now())
        operations.resolve(void.pk)
        settle.check_attempt(attempt.pk, at=clock.now())
        for capture in order.operations.filter(kind="capture", state="requested"):
            operations.run(capture.pk)
    order.refresh_from_db()
    assert (order.status, order.captured_amount, order.releasing_amount) == ("captured", order.amount, 0)
    assert is_sound(order)
