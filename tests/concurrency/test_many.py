"""Fifty at once on one order: one capture, and exactly as many refunds as the rest holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Store, User
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.actions import refund, reserve
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Operation, Order
from orders.selection import Selection
from tests import builders
from tests.concurrency.racing import meet_after_the_guard, order_without_lock, race, winners, without
from tests.filling import Form

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 50
HELD = 7  # how many refunds the rest of the order holds
PART = 1_000


@pytest.fixture
def many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """All meet between the guard and the reservation, or go on when a lock keeps the others away."""
    meet_after_the_guard(monkeypatch, PEOPLE)


def _captures(order: Order, person: User, *, key: str = "") -> list[Callable[[], tuple[int, str]]]:
    """Fifty browsers with the same dialog open, each with a wish of its own, or all with the one of `key`."""
    address = reverse("orders:captures", args=[order.pk])
    looking = Client()
    looking.force_login(person)
    form = Form(address, looking.get(reverse("orders:capture", args=[order.pk])).content.decode()).sent_by("confirmed")
    assert {"version", "confirmed"} <= set(form)

    def post() -> tuple[int, str]:
        browser = Client()
        browser.cookies = looking.cookies
        answer = browser.post(address, {**form, "key": key or str(uuid.uuid4())})
        return answer.status_code, answer.content.decode()

    return [post] * PEOPLE


def _refunds(order: Order, act: Callable[..., Operation]) -> list[Callable[[], Operation]]:
    part = Selection(frees=(Free(PART, 2500, "Part"),))

    def wish(number: int) -> Callable[[], Operation]:
        by = Actor("member", f"person{number}@acme.example")
        fields = {"version": None, "access": None, "by": by, "selection": part}
        return lambda: act(order.pk, key=str(number), at=clock.now(), **fields)

    return [wish(number) for number in range(PEOPLE)]


def _almost_refunded(store: Store) -> Order:
    """Captured, and refunded until the rest holds seven parts and a little."""
    order = builders.captured_order(store)
    much = Selection(frees=(Free(builders.TOTAL - HELD * PART - PART // 2, 2500, "Much"),))
    refund.refund_order(
        order.pk, key="much", version=None, access=None, by=Actor.system(), at=clock.now(), selection=much
    )
    return Order.objects.get(pk=order.pk)


def test_fifty_captures_at_once_are_one(store: Store, alice: User, many_threads: None) -> None:
    order = builders.placed_order(store)
    answers = race(*_captures(order, alice))
    codes = [code for code, _page in answers]
    assert (codes.count(302), codes.count(409)) == (1, PEOPLE - 1), codes
    assert all("The order has changed since you opened it." in page for code, page in answers if code == 409)
    order.refresh_from_db()
    assert (order.captured_amount, order.capturing_amount) == (builders.TOTAL, 0)
    assert order.operations.filter(kind="capture").count() == 1
    assert audit_order(order.pk, asks_gateway=True) == []


def test_one_form_sent_fifty_times_at_once_is_answered_alike(store: Store, alice: User) -> None:
    order = builders.placed_order(store)
    answers = race(*_captures(order, alice, key=str(uuid.uuid4())))
    assert [code for code, _page in answers] == [302] * PEOPLE
    assert order.operations.filter(kind="capture").count() == 1
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_lock_and_constraint_more_than_one_capture_is_asked_for(
    store: Store, alice: User, many_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(store)
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    taken = ("captured_and_released_is_at_most_authorized", "order_amounts_are_not_negative")
    with without("orders_order", *taken):
        race(*_captures(order, alice))
        assert order.operations.filter(kind="capture").count() > 1


def test_of_fifty_refunds_as_many_succeed_as_the_rest_holds(store: Store, many_threads: None) -> None:
    order = _almost_refunded(store)
    results = race(*_refunds(order, refund.refund_order))
    assert len(winners(results)) == HELD
    assert sum(isinstance(result, DomainError) for result in results) == PEOPLE - HELD
    order.refresh_from_db()
    assert (order.refundable_amount, order.refunding_amount) == (PART // 2, 0)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_lock_and_constraint_more_is_refunded_than_there_is(
    store: Store, many_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = _almost_refunded(store)
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    with without("orders_order", "refunded_is_at_most_captured"):
        race(*_refunds(order, refund.request_refund))
        assert order.operations.filter(kind="refund").count() - 1 > HELD
        assert "refunding_amount" in {difference.what for difference in audit_order(order.pk)}
