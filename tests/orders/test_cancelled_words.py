"""What a customer reads of an order the shop cancelled is true of the money: reserved, charged at once, or neither."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.capture import capture_order
from orders.actions.let_go import cancel_order, release_order
from orders.actions.refund import refund_order
from orders.models import Line, Order
from orders.selection import Selection
from orders.tasks import deliver_message
from orders.wording import render
from paylinks.actions.withdraw import withdraw_order
from tests import builders
from tests.orders.twice import end

pytestmark = pytest.mark.django_db
BOB = Actor("member", "bob@acme.example")
SUM = "2,068.20 SEK"
NOT_CHARGED = "You have not been charged"
LET_GO = "the reserved amount is let go"
PAID_BACK = f"{SUM} is paid back to you."


def _cancel(order: Order) -> None:
    cancel_order(order.pk, key="c", access=None, by=BOB, at=clock.now(), tells_customer=True)


def _read(order: Order, kind: str, mailoutbox: Any) -> tuple[str, str, str]:
    """The text, the HTML and the SMS, on one line each."""
    message = Message.objects.get(order_id=order.pk, kind=kind)
    deliver_message(str(message.pk))
    mail = mailoutbox[-1]
    message.channel = "sms"
    told = render(message)
    assert told is not None
    assert len(told.text) < 160
    return " ".join(mail.body.split()), " ".join(mail.alternatives[0].content.split()), told.text


def test_what_was_reserved_is_let_go(store: Store, mailoutbox: Any) -> None:
    order = builders.placed_order(store)
    _cancel(order)
    body, html, sms = _read(order, "order.voided", mailoutbox)
    for words in (body, html):
        assert f"{NOT_CHARGED}, and {LET_GO}." in words
        assert "paid back" not in words
    assert NOT_CHARGED in sms


def test_who_was_charged_already_is_paid_back(store: Store, mailoutbox: Any) -> None:
    order = builders.placed_order(store)
    Order.objects.filter(pk=order.pk).update(is_charged_at_once=True)
    _cancel(order)
    body, html, sms = _read(order, "order.voided", mailoutbox)
    for words in (body, html, sms):
        assert PAID_BACK in words
        assert NOT_CHARGED not in words
        assert "reserv" not in words
    assert "How soon you have the money depends on your bank." in body


def test_swish_is_refunded_and_says_so(store: Store, mailoutbox: Any) -> None:
    order = builders.placed_order(store, method="swish")
    end(order, tells_customer=True)
    body, html, sms = _read(order, "order.refunded", mailoutbox)
    assert not Message.objects.filter(order_id=order.pk, kind="order.voided").exists()
    for words in (body, html):
        assert f"{SUM} is refunded to you" in words
        assert "has refunded all you were charged for order FJB-10498." in words
        assert NOT_CHARGED not in words
    assert f"{SUM} of order FJB-10498 is refunded to you." in sms


def test_swish_under_review_has_charged_nothing(store: Store, mailoutbox: Any) -> None:
    order = builders.paid(builders.system_link(store), "review", method="swish")
    _cancel(order)
    for words in _read(order, "order.voided", mailoutbox):
        assert NOT_CHARGED in words
        assert "paid back" not in words


def test_an_unpaid_order_was_never_reserved(store: Store, mailoutbox: Any) -> None:
    link = builders.system_link(store)
    withdraw_order(link.order_id, key="w", access=None, by=BOB, at=clock.now(), tells_customer=True)
    body, html, sms = _read(Order.objects.get(pk=link.order_id), "order.voided", mailoutbox)
    for words in (body, html):
        assert f"{NOT_CHARGED}, and the payment link is closed." in words
        assert LET_GO not in words
    assert NOT_CHARGED in sms


@pytest.mark.parametrize(
    ("is_charged", "told"), [(False, "it is let go and not charged"), (True, "is paid back to you")]
)
def test_the_rest_of_an_order_is_let_go_or_paid_back(
    store: Store, mailoutbox: Any, is_charged: bool, told: str
) -> None:
    order = builders.placed_order(store, method="klarna")
    linen = Line.objects.get(order=order, name__startswith="Linen")
    wish: dict[str, Any] = {"key": "r", "access": None, "by": BOB, "at": clock.now()}
    capture_order(order.pk, selection=Selection({linen.pk: 1}), **wish)
    refund_order(order.pk, tells_customer=False, **wish)
    Order.objects.filter(pk=order.pk).update(is_charged_at_once=is_charged)
    release_order(order.pk, tells_customer=True, **wish)
    body, html, sms = _read(order, "order.released", mailoutbox)
    for words in (body, html):
        assert told in words
    assert ("is paid back to you" if is_charged else "is not charged") in sms
