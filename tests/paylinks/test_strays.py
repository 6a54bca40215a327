"""Money nobody expected goes back, also when the gateway first says no."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from orders import operations
from orders.audit import audit_order
from orders.models import Alert, Operation
from orders.returned_strays import check_strays
from paylinks import settle
from paylinks.models import Attempt
from payments.gateways import gateway_for
from sandbox import clock as sandbox_clock
from sandbox.actions import by_hand, controls
from sandbox.actions.sessions import choose
from sandbox.models import Behaviour, Movement, Session
from tests import builders
from tests.orders.pages import get

pytestmark = pytest.mark.django_db
MARK = "Unexpected money</span>"


def _stray(store: Store, state: str, method: str) -> Attempt:
    """A payment of another sum than the order's."""
    attempt = builders.begun(builders.system_link(store), method=method)
    choose(uuid.UUID(attempt.session_reference), state, at=clock.now(), has_webhook=False, extra=100)
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    return attempt


@pytest.mark.parametrize(
    ("state", "method", "kind"),
    [
        (Session.State.UNDER_REVIEW, "swish", "void"),  # not charged yet
        (Session.State.AUTHORIZED, "swish", "refund"),
        (Session.State.AUTHORIZED, "card", "void"),
    ],
)
def test_it_goes_back_as_it_came(store: Store, state: str, method: str, kind: str) -> None:
    attempt = _stray(store, state, method)
    operation = Operation.objects.get(order=attempt.order_id, is_stray=True)
    operations.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.kind, operation.state) == (kind, "succeeded")
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.state, attempt.next_check_at) == ("reversed", None)
    assert Operation.objects.filter(order=attempt.order_id, is_stray=True).count() == 1


def test_a_declined_return_is_tried_anew(store: Store) -> None:
    attempt = _stray(store, Session.State.AUTHORIZED, "card")
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    first = Operation.objects.get(order=attempt.order_id, is_stray=True)
    operations.run(first.pk)
    first.refresh_from_db()
    assert (first.state, attempt.next_check_at is not None) == ("declined", True)

    settle.check_attempt(attempt.pk, at=clock.now())
    second = Operation.objects.filter(order=attempt.order_id, is_stray=True).exclude(pk=first.pk).get()
    operations.run(second.pk)
    second.refresh_from_db()
    assert second.state == "succeeded"
    kinds = list(attempt.order.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["stray.found", "stray.unresolved", "stray.returned"]


def _strays(attempt: Attempt) -> list[Operation]:
    return list(Operation.objects.filter(order=attempt.order_id, is_stray=True).order_by("requested_at"))


def _taken_in_part(store: Store) -> Attempt:
    """Of a payment of 1.00 too much somebody has taken 200.00 in the gateway's own portal; that has gone back."""
    attempt = builders.begun(builders.system_link(store))
    session = uuid.UUID(attempt.session_reference)
    choose(session, Session.State.AUTHORIZED, at=clock.now(), has_webhook=False, extra=100)
    by_hand.move_by_hand(session, "capture", amount=20000, at=clock.now())
    settle.check_attempt(attempt.pk, at=clock.now())
    [refund] = _strays(attempt)
    assert operations.run(refund.pk).state == "succeeded"
    return attempt


def test_what_is_still_reserved_goes_back_after_what_was_taken(store: Store, alice_client: Client) -> None:
    attempt = _taken_in_part(store)
    assert MARK not in get(alice_client, "/links/")
    for _heard_of_again in range(2):
        settle.check_attempt(attempt.pk, at=clock.now())
    refund, release = _strays(attempt)
    assert [(each.kind, each.amount) for each in (refund, release)] == [("refund", 20000), ("release", 186920)]
    assert refund.key != release.key
    assert MARK in get(alice_client, "/links/")
    assert "It was only reserved and is being let go." in get(alice_client, f"/orders/{attempt.order_id}/")
    assert operations.run(release.pk).state == "succeeded"
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.next_check_at, len(_strays(attempt))) == (None, 2)
    assert MARK not in get(alice_client, "/links/")
    assert audit_order(attempt.order_id, asks_gateway=True) == []


def test_a_rest_the_gateway_keeps_is_marked_and_tried_anew(store: Store, alice_client: Client) -> None:
    attempt = _taken_in_part(store)
    settle.check_attempt(attempt.pk, at=clock.now())
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    assert operations.run(_strays(attempt)[-1].pk).state == "declined"
    assert MARK in get(alice_client, "/links/")
    settle.check_attempt(attempt.pk, at=clock.now())
    assert operations.run(_strays(attempt)[-1].pk).state == "succeeded"
    assert len({each.key for each in _strays(attempt)}) == 3


def test_a_rest_the_gateway_keeps_until_its_hold_ends_is_not_asked_for_again(store: Store) -> None:
    attempt = _taken_in_part(store)
    settle.check_attempt(attempt.pk, at=clock.now())
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    assert operations.run(_strays(attempt)[-1].pk).state == "declined"
    sandbox_clock.remember(timedelta(days=8))
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert ([each.kind for each in _strays(attempt)], attempt.next_check_at) == (["refund", "release"], None)


@pytest.mark.parametrize("sums_only", [False, True])
def test_an_answer_from_before_the_refund_gives_nothing_back_twice(store: Store, *, sums_only: bool) -> None:
    controls.set_sums_only(is_on=sums_only)
    attempt = _taken_in_part(store)
    snapshot = gateway_for(attempt.gateway_account).fetch(attempt.session_reference)
    told = tuple(movement for movement in snapshot.movements if movement.kind != "refund")
    settle.settle(attempt.pk, replace(snapshot, refunded_amount=0, movements=told), at=clock.now())
    assert len(_strays(attempt)) == 1
    settle.settle(attempt.pk, snapshot, at=clock.now())
    assert len(_strays(attempt)) == 2


def test_what_the_bank_sent_back_waits_though_the_rest_is_let_go(store: Store) -> None:
    attempt = _taken_in_part(store)
    settle.check_attempt(attempt.pk, at=clock.now())
    refund, release = _strays(attempt)
    by_hand.fail_refund(Movement.objects.get(key=refund.key).pk, uuid.UUID(attempt.session_reference), clock.now())
    [reversal] = check_strays(attempt.order_id, at=clock.now())
    assert operations.run(release.pk).state == "succeeded"
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.next_check_at, len(_strays(attempt))) == (None, 3)
    assert Alert.objects.get(order=attempt.order_id, closed_at=None).operation_id == reversal.pk
