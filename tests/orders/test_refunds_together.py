"""Refunds confirmed in one step are told to the customer in one mail; one that comes late has its own."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Store
from common import clock
from messaging.models import Message
from orders import operations
from orders.models import Operation, Order
from orders.syncing import sync_order
from orders.tasks import deliver_message
from orders.together import PAUSE, refunds_of
from sandbox.actions import by_hand
from sandbox.models import Behaviour, Movement
from tests import builders
from tests.orders.twice import ALICE, captured_twice, captures_of, end, fault_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(store: Store) -> Order:
    return captured_twice(store)


def _letters(order: Order) -> list[Message]:
    return list(Message.objects.filter(order_id=order.pk, kind="order.refunded").order_by("created_at"))


def _deliver(message: Message) -> Message:
    deliver_message(str(message.pk))
    message.refresh_from_db()
    return message


def _unknown_second(order: Order) -> Operation:
    """The second refund is made, but nobody hears of it yet."""
    fault_at(order, captures_of(order)[1], "one", Behaviour.Kind.TIMEOUT_AFTER)
    stopped = end(order, "one").stopped
    assert stopped is not None
    return stopped


def test_all_of_one_step_are_told_in_one_mail(twice: Order, mailoutbox: Any) -> None:
    refunds = end(twice, reason="Sold out").done[1:]
    [letter] = _letters(twice)
    assert refunds_of(letter) == list(refunds)
    assert _deliver(letter).state == "queued"  # another refund may follow
    with time_machine.travel(clock.now() + PAUSE + timedelta(seconds=1)):
        assert _deliver(letter).state == "sent"
    for words in (mailoutbox[-1].body, mailoutbox[-1].alternatives[0].content):
        assert "1,301.33 SEK is refunded to you" in words
        assert "has refunded all you were charged for order FJB-10498." in words
        assert "Serving bowl, sea green 24 cm" in words
        assert "Linen apron, undyed" in words
        assert words.count("Sold out") == 1


def test_one_that_is_known_only_later_has_a_mail_of_its_own(twice: Order, mailoutbox: Any) -> None:
    stopped = _unknown_second(twice)
    [first] = _letters(twice)
    with time_machine.travel(clock.now() + PAUSE + timedelta(seconds=1), tick=True):
        assert _deliver(first).state == "sent"
        operations.resolve(stopped.pk)
        [_first, second] = _letters(twice)
    with time_machine.travel(clock.now() + 3 * PAUSE):
        assert _deliver(second).state == "sent"
    told = (("677.34 SEK", "this part"), ("623.99 SEK", "the rest"))
    for mail, (amount, part) in zip(mailoutbox[-2:], told, strict=True):
        assert f"{amount} is refunded to you" in mail.body
        assert f"has refunded {part} of order FJB-10498." in mail.body


def test_what_is_being_sent_takes_nothing_more(twice: Order) -> None:
    stopped = _unknown_second(twice)
    Message.objects.filter(kind="order.refunded").update(state="sending", attempts=1)
    operations.resolve(stopped.pk)
    first, second = _letters(twice)
    assert [refund.amount for refund in refunds_of(first)] == [67734]
    assert [refund.amount for refund in refunds_of(second)] == [62399]


def test_a_refund_that_came_back_meanwhile_is_not_told(twice: Order) -> None:
    first, second = end(twice).done[1:]
    movement = Movement.objects.get(key=second.key)
    by_hand.fail_refund(movement.pk, uuid.UUID(twice.session_reference), clock.now())
    sync_order(twice.pk, by=ALICE, at=clock.now())
    [letter] = _letters(twice)
    assert refunds_of(letter) == [first]


def test_the_refund_of_an_only_capture_is_told_at_once(store: Store) -> None:
    order = builders.captured_order(store)
    end(order)
    [letter] = _letters(order)
    assert _deliver(letter).state == "sent"


def test_who_asked_for_no_mail_gets_none(twice: Order) -> None:
    end(twice, tells_customer=False)
    assert _letters(twice) == []
