"""An order that everything rare has happened to: all of it is told, and the drawer asks no more often."""

from __future__ import annotations

import html
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.alerts import raise_alert
from orders.actions.refund import refund_order
from orders.actions.stray import return_stray
from orders.models import Alert, Line, Operation, Order
from orders.selection import Selection
from orders.syncing import sync_order
from orders.timeline import What, record
from payments.gateway import SessionState, Snapshot
from sandbox.actions import by_hand, controls
from sandbox.models import Behaviour, Movement
from tests import builders
from tests.orders.pages import get

pytestmark = pytest.mark.django_db
TABS = ("", "details/", "customer/")
MOST = 6


@pytest.fixture
def order(store: Store) -> Order:
    """Bought twice; a refund came back, the next is unknown and was to end it, somebody paid again, the books differ."""
    builders.placed_order(store, merchant_reference1="FJB-1")
    order = builders.captured_order(store)
    _comes_back(order, _refund_bowl(order, "one"))
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_BEFORE, at=clock.now(), times=1)
    unknown = _refund_bowl(order, "two")
    order.refresh_from_db()
    paid_twice = Snapshot(
        SessionState.AUTHORIZED, "s-2", payment_reference="p-2", amount=100, currency="SEK", captured_amount=100
    )
    with transaction.atomic():
        raise_alert(order, Alert.Kind.HANDED_OVER, at=clock.now(), operation=unknown)
        raise_alert(order, Alert.Kind.DIFFERENCE, at=clock.now(), data={"differences": []})
        raise_alert(order, Alert.Kind.HALF_ENDED, at=clock.now(), operation=unknown, data={"tells_customer": True})
        return_stray(order, paid_twice, order.paying_account, reason="already_paid", at=clock.now())
    return order


def _refund_bowl(order: Order, key: str) -> Operation:
    line = Line.objects.get(order=order, name__startswith="Serving")
    wish = {"selection": Selection({line.pk: 1}), "by": Actor.system(), "at": clock.now()}
    return refund_order(order.pk, key=key, access=None, **wish)


def _comes_back(order: Order, refund: Operation) -> None:
    movement = Movement.objects.get(key=refund.key)
    by_hand.fail_refund(movement.pk, uuid.UUID(order.session_reference), clock.now())
    sync_order(order.pk, by=Actor.system(), at=clock.now())


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_tells_all_of_it(alice_client: Client, order: Order, tab: str) -> None:
    page = html.unescape(get(alice_client, f"/orders/{order.pk}/{tab}"))
    for words in (
        "looks like a repeat of FJB-1,", "Money nobody expected: 1.00 SEK",
        "The customer was charged and is being refunded.", "failed at the bank on", "Our books and the gateway’s differ",
        "No answer about the refund of ", f"payment {order.payment_reference} or our key",
        "We do not know yet what became of the refund", "Cancelling the order is not finished",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("events", [1, 50])
def test_the_drawer_asks_no_more_often_for_it(
    alice_client: Client, order: Order, at: datetime, events: int, django_assert_max_num_queries: Any
) -> None:
    for _number in range(events):
        record(order, What.SYNC_AGREED, by=Actor.system(), at=at)
    alice_client.get("/orders/")
    for tab in TABS:
        for target in ("", "drawer"):
            with django_assert_max_num_queries(MOST):
                get(alice_client, f"/orders/{order.pk}/{tab}?q=FJB", target=target)


def test_the_row_beside_it_has_the_mark_the_list_gives_it(alice_client: Client, order: Order) -> None:
    def row(page: str) -> str:
        return html.unescape(page).split(f'id="order-{order.pk}"')[1].split("</tr>")[0].partition(">")[2]

    drawer = alice_client.get(
        f"/orders/{order.pk}/state/?version=0", headers={"HX-Request": "true", "HX-Target": "drawer"}
    )
    assert row(drawer.content.decode()) == row(get(alice_client, "/orders/"))
