"""Ending an order with captures: release the rest, refund every capture, and go on after a stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from common.money import format_money
from messaging.models import Message
from orders import operations
from orders.actions.refund import refund_order
from orders.actions.unwind import Unwound
from orders.audit import audit_order
from orders.models import Line, Operation, Order
from orders.selection import Selection
from orders.tasks import deliver_message
from orders.wording import render
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders
from tests.orders.twice import BOB, captured_twice, captures_of, end, fault_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def half(store: Store) -> Order:
    return captured_twice(store)


def _fault(kind: str, prefix: str, times: int | None = 1) -> None:
    controls.set_behaviour(kind, at=clock.now(), key_prefix=prefix, times=times)


def _kinds(unwound: Unwound) -> list[str]:
    return [each.kind for each in unwound.done]


def test_the_rest_is_released_and_every_capture_refunded(half: Order) -> None:
    rest, captured = half.capturable_amount, half.captured_amount
    done = end(half, version=half.version, reason="Changed their mind")
    assert (_kinds(done), done.stopped) == (["release", "refund", "refund"], None)
    captures = captures_of(half)
    assert [each.amount for each in done.done] == [rest, *(capture.amount for capture in captures)]
    assert sum(each.amount for each in done.done[1:]) == captured
    for refund, capture in zip(done.done[1:], captures, strict=True):
        assert {piece.capture_id for piece in refund.lines.all()} == {capture.pk}
        assert refund.reason == "Changed their mind"
    assert (half.status, half.capturable_amount, half.refundable_amount) == ("captured", 0, 0)
    assert half.events.filter(kind="order.refunded").count() == 2
    assert audit_order(half.pk, asks_gateway=True) == []


def test_without_anything_left_only_the_captures_are_refunded(store: Store) -> None:
    order = builders.captured_order(store)
    assert _kinds(end(order, version=order.version, tells_customer=False)) == ["refund"]
    assert not Message.objects.filter(kind="order.refunded").exists()


def test_a_hold_that_is_over_is_not_released_again(half: Order) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert _kinds(end(half)) == ["refund", "refund"]


def test_the_same_key_moves_nothing_twice(half: Order) -> None:
    first, second = end(half, "one"), end(half, "one")
    assert [each.pk for each in first.done] == [each.pk for each in second.done]
    assert half.operations.filter(kind__in=("release", "refund")).count() == 3
    with pytest.raises(DomainError, match="Nothing is left to refund"):
        end(half, "two")


def test_a_stale_version_moves_nothing(half: Order) -> None:
    with pytest.raises(DomainError, match="changed since"):
        end(half, version=half.version - 1)
    assert half.released_amount == half.refunded_amount == 0


def test_a_declined_release_stops_before_the_refund(half: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "release-")
    stopped = end(half)
    assert (stopped.done, stopped.stopped and stopped.stopped.state) == ((), "declined")
    assert (half.refunded_amount, stopped.has_more) == (0, True)
    assert _kinds(end(half)) == ["release", "refund", "refund"]


def test_a_declined_refund_stops_half_way_and_the_next_try_goes_on(half: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "refund-")
    stopped = end(half)
    assert (_kinds(stopped), stopped.stopped and stopped.stopped.kind) == (["release"], "refund")
    assert (half.capturable_amount, half.refunded_amount) == (0, 0)
    assert _kinds(end(half)) == ["refund", "refund"]
    assert half.refundable_amount == 0


def test_after_the_second_refund_was_declined_only_that_is_made(half: Order) -> None:
    first, second = captures_of(half)
    fault_at(half, second, "one", Behaviour.Kind.DECLINE)
    stopped = end(half, "one", version=half.version)
    assert (_kinds(stopped), stopped.has_more) == (["release", "refund"], False)
    assert stopped.stopped is not None
    assert (stopped.stopped.state, stopped.stopped.amount) == ("declined", second.amount)
    assert (half.refunded_amount, half.refundable_amount) == (first.amount, second.amount)
    again = end(half, "two", version=half.version)
    assert [each.amount for each in again.done] == [second.amount]
    assert (half.refundable_amount, audit_order(half.pk, asks_gateway=True)) == (0, [])


@pytest.mark.parametrize("kind", [Behaviour.Kind.TIMEOUT_BEFORE, Behaviour.Kind.TIMEOUT_AFTER, Behaviour.Kind.ERROR])
def test_an_unknown_release_waits_and_then_the_rest_goes_on(half: Order, kind: str) -> None:
    _fault(kind, "release-")
    stopped = end(half)
    assert stopped.stopped is not None
    assert (stopped.done, stopped.stopped.state) == ((), "unknown")
    with pytest.raises(DomainError, match="do not know yet"):
        end(half)
    operations.resolve(stopped.stopped.pk)
    assert _kinds(end(half)) == ["refund", "refund"]
    assert (half.capturable_amount, half.refundable_amount, half.in_flight_amount) == (0, 0, 0)


def test_an_unknown_refund_is_found_by_the_same_form_sent_again(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "refund-")
    stopped = end(half, "one")
    assert (_kinds(stopped), stopped.stopped and stopped.stopped.state) == (["release"], "unknown")
    assert stopped.stopped is not None
    assert half.refunding_amount == stopped.stopped.amount
    operations.resolve(stopped.stopped.pk)
    assert _kinds(end(half, "one")) == ["release", "refund", "refund"]
    assert Operation.objects.filter(order=half, kind="refund").count() == 2


def test_a_form_sent_again_refunds_nothing_after_somebody_else_did(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    seen = half.version
    stopped = end(half, "one", version=seen)
    assert stopped.stopped is not None
    operations.resolve(stopped.stopped.pk)
    linen = Line.objects.get(order=half, name__startswith="Linen")
    refund_order(half.pk, key="b", access=None, by=BOB, at=clock.now(), selection=Selection({linen.pk: 1}))
    half.refresh_from_db()
    refunded = half.refunded_amount
    with pytest.raises(
        DomainError, match=r"half-way: 766\.87 SEK released\. .* no more was done\. Refunded by bob@acme\.example"
    ) as told:
        end(half, "one", version=seen)
    assert told.value.code == "stale"
    half.refresh_from_db()
    assert 0 < refunded == half.refunded_amount < half.captured_amount
    assert _kinds(end(half, "two", version=half.version)) == ["refund"]  # of the other capture


def test_a_form_sent_again_goes_on_when_only_its_release_was_made(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    seen = half.version
    stopped = end(half, "one", version=seen)
    assert stopped.stopped is not None
    operations.resolve(stopped.stopped.pk)
    assert _kinds(end(half, "one", version=seen)) == ["release", "refund", "refund"]


def test_when_all_was_refunded_before_the_customer_hears_of_the_rest(half: Order, mailoutbox: Any) -> None:
    refund_order(half.pk, key="b", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    half.refresh_from_db()
    rest = format_money(half.releasable_amount, "SEK", "en")
    assert _kinds(end(half, version=half.version)) == ["release"]
    message = Message.objects.get(order_id=half.pk, kind="order.released")
    deliver_message(str(message.pk))
    mail = mailoutbox[-1]
    assert mail.subject == "TEST: The rest of order FJB-10498 is cancelled"
    for words in (mail.body, mail.alternatives[0].content):
        assert f"{rest} was still reserved; it is let go and not charged." in words
    message.channel = "sms"
    told = render(message)
    assert told is not None
    assert f"the rest of order FJB-10498 is cancelled. {rest} is not charged." in told.text


@pytest.mark.parametrize(("tells", "is_refunded"), [(False, True), (True, False)])
def test_of_the_rest_nothing_is_said_unasked_or_beside_a_refund(half: Order, tells: bool, is_refunded: bool) -> None:
    if is_refunded:
        refund_order(half.pk, key="b", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    end(half, tells_customer=tells)
    assert not Message.objects.filter(kind="order.released").exists()
