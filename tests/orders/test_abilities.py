"""What the method or the role cannot do is refused by the actions themselves, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.access import Access
from accounts.models import Store
from accounts.roles import PERMISSIONS, Permission, Role
from common import clock
from common.actor import Actor
from common.errors import DomainError, PermissionDenied
from orders.actions.capture import capture_order
from orders.actions.let_go import release_order
from orders.actions.refund import refund_order
from orders.cutting import Free
from orders.models import Operation, Order
from orders.rules import Verb, obstacle
from orders.selection import Selection
from payments.gateways import gateway_for
from tests import builders
from tests.cast import Company

pytestmark = pytest.mark.django_db(transaction=True)
PART = Selection({}, (Free(1000, 2500, "Part"),))


def act(verb: Any, order: Order, access: Access | None = None, **more: Any) -> Operation:
    done: Operation = verb(order.pk, key="k", access=access, by=Actor.system(), at=clock.now(), **more)
    order.refresh_from_db()
    return done


def without(monkeypatch: pytest.MonkeyPatch, order: Order, **lacking: bool) -> None:
    method = gateway_for(order.paying_account).method(order.payment_method)
    poor = replace(method, capabilities=replace(method.capabilities, **lacking))
    monkeypatch.setattr("payments.sandbox_gateway.SandboxGateway.method", lambda *_a: poor)


def test_no_part_is_captured_of_what_is_captured_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    without(monkeypatch, order, partial_capture=False)
    with pytest.raises(DomainError, match="Card can only be captured whole"):
        act(capture_order, order, selection=PART)
    act(capture_order, order)
    assert order.status == "captured"


def test_one_capture_books_the_rest_released(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    without(monkeypatch, order, multi_capture=False)
    assert act(capture_order, order, selection=PART).has_release
    release = Operation.objects.get(order=order, kind="release")
    assert (order.captured_amount, release.amount) == (1000, builders.TOTAL - 1000)


@pytest.fixture
def capturer(acme: Company, monkeypatch: pytest.MonkeyPatch) -> Access:
    """Bob, in a role that captures and may not release."""
    monkeypatch.setitem(PERMISSIONS, Role.USER, PERMISSIONS[Role.USER] - {Permission.ORDERS_RELEASE})
    return acme.access("bob", clock.now())


def test_the_rest_is_let_go_only_by_who_may_release(acme: Company, capturer: Access) -> None:
    order = builders.placed_order(acme.store)
    with pytest.raises(PermissionDenied):
        act(capture_order, order, capturer, selection=PART, has_release=True)
    assert not Operation.objects.filter(order=order, kind="capture").exists()
    assert not act(capture_order, order, capturer, selection=PART).has_release


def test_what_the_method_lets_go_by_itself_needs_no_permission(
    acme: Company, capturer: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(acme.store)
    without(monkeypatch, order, multi_capture=False)
    assert act(capture_order, order, capturer, selection=PART, has_release=True).has_release


def test_no_part_is_refunded_of_what_is_refunded_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.captured_order(store)
    without(monkeypatch, order, partial_refund=False)
    with pytest.raises(DomainError, match="Card can only be refunded whole"):
        act(refund_order, order, selection=PART)
    act(refund_order, order)
    assert order.refunded_amount == builders.TOTAL


def test_what_cannot_be_released_stays_until_it_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    without(monkeypatch, order, release_remaining=False)
    with pytest.raises(DomainError, match="Card does not let the rest be released"):
        act(capture_order, order, selection=PART, has_release=True)
    assert not act(capture_order, order, selection=PART).has_release
    found = obstacle(order, Verb.RELEASE, None, clock.now())
    assert found is not None
    assert found.code == "not_releasable"
    with pytest.raises(DomainError, match="Card does not let the rest be released"):
        act(release_order, order)
