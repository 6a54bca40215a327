"""Somebody ends an order exactly while another's end is being planned: what is read belongs together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.actions import unwind
from orders.audit import audit_order
from orders.models import Order
from tests.concurrency.racing import Meeting, race, winners
from tests.orders.twice import ALICE, BOB, captured_twice

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]


def _end(order: Order, key: str, by: Actor) -> Act:
    wish: dict[str, Any] = {"version": order.version, "access": None, "by": by, "at": clock.now()}
    return lambda: unwind.unwind_order(order.pk, key=key, tells_customer=True, **wish)


def _race_at_the_pieces(monkeypatch: pytest.MonkeyPatch, first: Act, second: Act) -> list[Any]:
    """The first has read the order and not its pieces yet when the second comes, as far as a lock lets it."""
    reads, meeting, real = threading.Event(), Meeting(2), unwind.rest_to_refund

    def read(order: Order) -> Any:
        if not reads.is_set():
            reads.set()
            meeting.wait()
        return real(order)

    def then() -> Any:
        assert reads.wait(240)
        return second()

    monkeypatch.setattr(unwind, "rest_to_refund", read)
    return race(first, then)


def _is_ended_once(order: Order) -> bool:
    seen = Order.objects.get(pk=order.pk)
    made = seen.operations.exclude(kind__in=("authorize", "capture")).values_list("kind", flat=True)
    assert sorted(made) == ["refund", "refund", "release"]
    assert (seen.reserved_amount, seen.refundable_amount, seen.in_flight_amount) == (0, 0, 0)
    assert audit_order(order.pk, asks_gateway=True) == []
    return True


def test_of_two_people_the_second_is_told_who_ends_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = captured_twice(store)
    results = _race_at_the_pieces(monkeypatch, _end(order, "one", ALICE), _end(order, "two", BOB))
    [error] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(error, DomainError), results
    assert error.code == "stale", error.message
    assert error.message.startswith("The order has changed since you opened it.")
    winner = (BOB, ALICE)[results.index(error)]
    assert f"by {winner.label}," in error.message
    assert _is_ended_once(order)


def test_a_double_click_is_answered_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = captured_twice(store)
    act = _end(order, "one", ALICE)
    results = _race_at_the_pieces(monkeypatch, act, act)
    assert len(winners(results)) == 2, results
    if any(result.stopped for result in results):  # one met the other's movement on its way
        assert act().stopped is None
    assert _is_ended_once(order)


def test_who_comes_when_all_is_done_is_not_told_that_nothing_was_paid(store: Store) -> None:
    order = captured_twice(store)
    late = _end(order, "two", BOB)
    _end(order, "one", ALICE)()
    with pytest.raises(DomainError, match=r"by alice@acme\.example"):
        late()
