"""Lines are edited while somebody else edits or captures: a total never falls below what is captured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.actions import capture, edit, reserve
from orders.models import Order
from tests import builders
from tests.concurrency.racing import meet_after_the_guard, order_without_lock, race, winners, without
from tests.orders.line_edits import is_sound, wishes

pytestmark = pytest.mark.django_db(transaction=True)


def _edit(order: Order, name: str, drop: str, version: int | None = None) -> Callable[[], Any]:
    wished = wishes(order, drop=(drop,))
    act = {"version": version, "access": None, "by": Actor("member", name), "at": clock.now()}
    return lambda: edit.request_edit(order.pk, wished, key=name, **act)


def _capture(order: Order) -> Callable[[], Any]:
    by = Actor("member", "bob@acme.example")
    return lambda: capture.request_capture(order.pk, key="c", access=None, by=by, at=clock.now())


def _without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    monkeypatch.setattr(edit, "locked", order_without_lock)


def test_one_of_two_edits_of_the_same_page_is_saved(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    meet_after_the_guard(monkeypatch)
    results = race(_edit(order, "alice", "Linen", order.version), _edit(order, "bob", "Home", order.version))
    assert len(winners(results)) == 1
    (refused,) = [each for each in results if isinstance(each, DomainError)]
    assert refused.code == "stale"
    order.refresh_from_db()
    assert order.revision == 2
    assert is_sound(order)


def test_a_lowered_total_and_a_capture_never_miss_each_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    meet_after_the_guard(monkeypatch)
    race(_edit(order, "alice", "Linen"), _capture(order))
    order.refresh_from_db()
    # the edit came first and the capture took what was left, or the capture did and nothing stood open any more
    assert (order.amount, order.capturing_amount) in {(137820, 137820), (206820, 206820)}
    assert is_sound(order)


def test_control_without_lock_and_constraint_more_is_taken_than_the_total(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.placed_order(store)
    meet_after_the_guard(monkeypatch)
    _without_locks(monkeypatch)
    with without("orders_order", "order_amount_covers_what_is_captured"):
        race(_edit(order, "alice", "Linen"), _capture(order))
        order.refresh_from_db()
        assert order.capturing_amount > order.amount
