"""Ending, releasing and extending by a double click or two people at once: each movement is made once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders import operations
from orders.actions import let_go, reserve, unwind
from orders.audit import audit_order
from orders.models import Operation, Order
from tests import builders
from tests.concurrency.racing import meet_after_the_guard, order_without_lock, race, winners, without
from tests.orders.twice import captured_twice

pytestmark = pytest.mark.django_db(transaction=True)
ALICE, BOB = (Actor("member", f"{name}@acme.example") for name in ("alice", "bob"))
Act = Callable[..., Any]
PEOPLE = [("one", "one"), ("one", "two")]  # a double click, and two people with a form each
IDS = ["double click", "two people"]


def _wishes(act: Act, order: Order, keys: tuple[str, str], **wish: Any) -> list[Callable[[], Any]]:
    """The same page, posted at once."""
    wish = {"version": order.version, "access": None, "at": clock.now(), **wish}
    by = (ALICE, ALICE if len(set(keys)) == 1 else BOB)
    return [lambda key=key, who=who: act(order.pk, key=key, by=who, **wish) for key, who in zip(keys, by, strict=True)]


def _made(order: Order) -> list[str]:
    """What was asked of the gateway after the captures, in its order."""
    asked = order.operations.exclude(kind__in=("authorize", "capture")).order_by("requested_at", "settled_at")
    return [operation.kind for operation in asked]


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after_the_guard(monkeypatch)


def _unguard(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock, and what is reserved is not sent."""
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    monkeypatch.setattr(operations, "run", lambda key: Operation.objects.get(pk=key))


def _refused(results: list[Any]) -> list[type]:
    return [type(result) for result in results if isinstance(result, Exception)]


@pytest.mark.parametrize("keys", PEOPLE, ids=IDS)
def test_an_end_is_made_once(store: Store, meet: None, keys: tuple[str, str]) -> None:
    order = captured_twice(store)
    results = race(*_wishes(unwind.unwind_order, order, keys, tells_customer=True))
    if len(set(keys)) == 2:
        assert (len(winners(results)), _refused(results)) == (1, [DomainError]), results
    else:
        assert len(winners(results)) == 2, results
    if any(result.stopped for result in winners(results)):  # it met the other's in the middle
        race(*_wishes(unwind.unwind_order, order, keys, tells_customer=True)[:1])
    seen = Order.objects.get(pk=order.pk)
    assert sorted(_made(order)) == ["refund", "refund", "release"]
    assert (seen.reserved_amount, seen.refundable_amount, seen.in_flight_amount) == (0, 0, 0)
    assert order.events.filter(kind="order.refunded").count() == 2
    assert Message.objects.filter(kind="order.refunded").count() == 1
    assert audit_order(order.pk, asks_gateway=True) == []


@pytest.mark.parametrize("keys", PEOPLE, ids=IDS)
def test_a_release_is_made_once(store: Store, meet: None, keys: tuple[str, str]) -> None:
    order = captured_twice(store)
    results = race(*_wishes(let_go.release_order, order, keys))
    assert _refused(results) == [DomainError] * (len(set(keys)) - 1), results
    assert _made(order) == ["release"]
    order.refresh_from_db()
    assert (order.status, order.reserved_amount) == ("captured", 0)
    assert audit_order(order.pk, asks_gateway=True) == []


@pytest.mark.parametrize("keys", PEOPLE, ids=IDS)
def test_an_extension_is_made_once(store: Store, meet: None, keys: tuple[str, str]) -> None:
    order = builders.placed_order(store, method="klarna")
    results = race(*_wishes(let_go.extend_order, order, keys))
    assert _refused(results) == [DomainError] * (len(set(keys)) - 1), results
    assert _made(order) == ["extend"]
    assert order.events.filter(kind="order.extended").count() == 1
    assert audit_order(order.pk, asks_gateway=True) == []


def test_an_end_against_a_release_releases_once(store: Store, meet: None) -> None:
    order = captured_twice(store)
    [end, _] = _wishes(unwind.unwind_order, order, ("one", "one"), tells_customer=False)
    [release, _] = _wishes(let_go.release_order, order, ("two", "two"))
    results = race(end, release)
    assert _refused(results) == [DomainError], results
    assert _made(order).count("release") == 1
    assert audit_order(order.pk, asks_gateway=True) == []


@pytest.mark.parametrize("act", [let_go.release_order, unwind.unwind_order], ids=["release", "end"])
def test_control_without_lock_and_constraint_two_people_release_twice(
    store: Store, meet: None, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    order = captured_twice(store)
    _unguard(monkeypatch)
    with without("orders_order", "captured_and_released_is_at_most_authorized"):
        results = race(*_wishes(act, order, ("one", uuid.uuid4().hex), tells_customer=False))
        assert _made(order) == ["release", "release"], results


def test_control_without_lock_two_people_extend_twice(
    store: Store, meet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(store, method="klarna")
    _unguard(monkeypatch)
    race(*_wishes(let_go.extend_order, order, ("one", "two")))
    assert _made(order) == ["extend", "extend"]
