"""Ending an order with captures: release the rest, refund every capture, and go on after a stop."""

from __future__ import annotations

import uuid
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
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.actions.unwind import Unwound, unwind_order
from orders.messages import render
from orders.models import Line, Operation, Order
from orders.selection import Selection
from orders.tasks import deliver_message
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def half(store: Store) -> Order:
    """An order of 2,068.20 of which 677.34 was captured in two steps."""
    order = builders.placed_order(store)
    for name in ("Serving", "Linen"):
        line = Line.objects.get(order=order, name__startswith=name)
        capture_order(
            order.pk, key=name, access=None, by=Actor.system(), at=clock.now(), selection=Selection({line.pk: 1})
        )
    order.refresh_from_db()
    return order


def _end(order: Order, key: str = "", **wish: Any) -> Unwound:
    by = Actor("member", "alice@acme.example")
    wish = {"tells_customer": True, **wish}
    done = unwind_order(order.pk, key=key or uuid.uuid4().hex, access=None, by=by, at=clock.now(), **wish)
    order.refresh_from_db()
    return done


def _fault(kind: str, prefix: str, times: int | None = 1) -> None:
    controls.set_behaviour(kind, at=clock.now(), key_prefix=prefix, times=times)


def _kinds(unwound: Unwound) -> list[str]:
    return [each.kind for each in unwound.done]


def test_the_rest_is_released_and_every_capture_refunded(half: Order) -> None:
    rest, captured = half.capturable_amount, half.captured_amount
    done = _end(half, version=half.version, reason="Changed their mind")
    assert (_kinds(done), done.stopped) == (["release", "refund"], None)
    assert [each.amount for each in done.done] == [rest, captured]
    assert {piece.capture_id for piece in done.done[1].lines.all()} == set(
        half.operations.filter(kind="capture").values_list("pk", flat=True)
    )
    assert (half.status, half.capturable_amount, half.refundable_amount) == ("captured", 0, 0)
    assert Message.objects.filter(kind="order.refunded").count() == 1
    assert done.done[1].reason == "Changed their mind"


def test_without_anything_left_only_the_captures_are_refunded(store: Store) -> None:
    order = builders.captured_order(store)
    assert _kinds(_end(order, version=order.version, tells_customer=False)) == ["refund"]
    assert not Message.objects.filter(kind="order.refunded").exists()


def test_a_hold_that_is_over_is_not_released_again(half: Order) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert _kinds(_end(half)) == ["refund"]


def test_the_same_key_moves_nothing_twice(half: Order) -> None:
    first, second = _end(half, "one"), _end(half, "one")
    assert [each.pk for each in first.done] == [each.pk for each in second.done]
    assert half.operations.filter(kind__in=("release", "refund")).count() == 2
    with pytest.raises(DomainError, match="Everything has been refunded"):
        _end(half, "two")


def test_a_stale_version_moves_nothing(half: Order) -> None:
    with pytest.raises(DomainError, match="changed since"):
        _end(half, version=half.version - 1)
    assert half.released_amount == half.refunded_amount == 0


def test_a_declined_release_stops_before_the_refund(half: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "release-")
    stopped = _end(half)
    assert (stopped.done, stopped.stopped and stopped.stopped.state) == ((), "declined")
    assert half.refunded_amount == 0
    assert _kinds(_end(half)) == ["release", "refund"]


def test_a_declined_refund_stops_half_way_and_the_next_try_goes_on(half: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "refund-")
    stopped = _end(half)
    assert (_kinds(stopped), stopped.stopped and stopped.stopped.kind) == (["release"], "refund")
    assert (half.capturable_amount, half.refunded_amount) == (0, 0)
    assert _kinds(_end(half)) == ["refund"]
    assert half.refundable_amount == 0


@pytest.mark.parametrize("kind", [Behaviour.Kind.TIMEOUT_BEFORE, Behaviour.Kind.TIMEOUT_AFTER, Behaviour.Kind.ERROR])
def test_an_unknown_release_waits_and_then_the_rest_goes_on(half: Order, kind: str) -> None:
    _fault(kind, "release-")
    stopped = _end(half)
    assert stopped.stopped is not None
    assert (stopped.done, stopped.stopped.state) == ((), "unknown")
    with pytest.raises(DomainError, match="do not know yet"):
        _end(half)
    operations.resolve(stopped.stopped.pk)
    assert _kinds(_end(half)) == ["refund"]
    assert (half.capturable_amount, half.refundable_amount, half.in_flight_amount) == (0, 0, 0)


def test_an_unknown_refund_is_found_by_the_same_form_sent_again(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "refund-")
    stopped = _end(half, "one")
    assert (_kinds(stopped), stopped.stopped and stopped.stopped.state) == (["release"], "unknown")
    assert half.refunding_amount == half.captured_amount
    assert stopped.stopped is not None
    operations.resolve(stopped.stopped.pk)
    assert _kinds(_end(half, "one")) == ["release", "refund"]
    assert Operation.objects.filter(order=half, kind="refund").count() == 1


def test_a_form_sent_again_refunds_nothing_after_somebody_else_did(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    seen = half.version
    stopped = _end(half, "one", version=seen)
    assert stopped.stopped is not None
    operations.resolve(stopped.stopped.pk)
    linen = Line.objects.get(order=half, name__startswith="Linen")
    bob = Actor("member", "bob@acme.example")
    refund_order(half.pk, key="b", access=None, by=bob, at=clock.now(), selection=Selection({linen.pk: 1}))
    half.refresh_from_db()
    refunded = half.refunded_amount
    with pytest.raises(
        DomainError, match=r"is released\. Nothing was refunded.*Refunded by bob@acme\.example"
    ) as told:
        _end(half, "one", version=seen)
    assert told.value.code == "stale"
    half.refresh_from_db()
    assert 0 < refunded == half.refunded_amount < half.captured_amount
    assert _kinds(_end(half, "two", version=half.version)) == ["refund"]


def test_a_form_sent_again_goes_on_when_only_its_release_was_made(half: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    seen = half.version
    stopped = _end(half, "one", version=seen)
    assert stopped.stopped is not None
    operations.resolve(stopped.stopped.pk)
    assert _kinds(_end(half, "one", version=seen)) == ["release", "refund"]


def test_when_all_was_refunded_before_the_customer_hears_of_the_rest(half: Order, mailoutbox: Any) -> None:
    refund_order(half.pk, key="b", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    half.refresh_from_db()
    rest = format_money(half.releasable_amount, "SEK", "en")
    assert _kinds(_end(half, version=half.version)) == ["release"]
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
    _end(half, tells_customer=tells)
    assert not Message.objects.filter(kind="order.released").exists()
