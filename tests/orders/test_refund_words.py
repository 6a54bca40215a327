"""What is said of refunds: of all of it, of a part, and of what a dispute holds."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.refund import refund_order
from orders.models import Line, Order
from orders.rules import refund_obstacle
from orders.selection import EVERYTHING, Selection
from orders.tasks import deliver_message
from tests import builders


@pytest.mark.django_db
@pytest.mark.parametrize("is_all", [True, False])
def test_the_mail_says_whether_all_or_a_part_is_refunded(store: Store, mailoutbox: Any, is_all: bool) -> None:
    order = builders.captured_order(store)
    part = Selection({Line.objects.get(order=order, name__startswith="Linen").pk: 1})
    wish = EVERYTHING if is_all else part
    refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now(), selection=wish)
    deliver_message(str(Message.objects.get(order_id=order.pk, kind="order.refunded").pk))
    for words in (mailoutbox[-1].body, mailoutbox[-1].alternatives[0].content):
        assert ("has refunded all you were charged for order FJB-10498." in words) is is_all
        assert ("has refunded this part of order FJB-10498." in words) is not is_all


@pytest.mark.django_db
def test_the_mail_says_what_the_reason_is(store: Store, mailoutbox: Any) -> None:
    order = builders.captured_order(store)
    wish = {"selection": EVERYTHING, "reason": "Chipped & glued"}
    refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now(), **wish)
    deliver_message(str(Message.objects.get(order_id=order.pk, kind="order.refunded").pk))
    body, html = mailoutbox[-1].body, mailoutbox[-1].alternatives[0].content
    assert "\nReason: Chipped & glued\n" in body
    assert ">Reason: Chipped &amp; glued<" in html


@pytest.mark.parametrize(
    ("sums", "code"),
    [({"charged_back_amount": 100}, "disputed"), ({"refunded_amount": 100}, "all_refunded")],
)
def test_what_a_dispute_holds_was_not_refunded(sums: dict[str, int], code: str) -> None:
    found = refund_obstacle(Order(captured_amount=100, **sums), clock.now())
    assert found is not None
    assert found.code == code
    assert ("dispute" in found.words) is (code == "disputed")
