"""A hold that ends while somebody asks for more time: it is kept or gone, never both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Store
from common.actor import Actor
from common.errors import DomainError
from orders import operations, rules
from orders.actions import expire, reserve
from orders.actions.let_go import extend_order
from orders.audit import audit_order
from orders.models import Operation, Order
from tests import builders
from tests.concurrency.racing import Meeting, order_without_lock, race

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor("member", "alice@acme.example")


@pytest.fixture
def order(store: Store) -> Order:
    return builders.placed_order(store, method="klarna")


def _end(order: Order) -> datetime:
    assert order.authorization_expires_at is not None
    return order.authorization_expires_at


def _extend(order: Order) -> Callable[[], Operation]:
    """Asked for in the last second of the hold."""
    at = _end(order) - timedelta(seconds=1)
    return lambda: extend_order(order.pk, key="e", access=None, by=BY, at=at)


def _expire(order: Order) -> Callable[[], int]:
    return lambda: expire.expire_authorizations(_end(order) + timedelta(seconds=1))


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hold is booked as gone between the guard of the extension and its reservation, if nothing forbids it."""
    meeting, book = Meeting(2), expire._book

    def guarded(*args: Any) -> Any:
        found = rules.obstacle(*args)
        meeting.wait()
        meeting.wait()
        return found

    def booked(*args: Any) -> int:
        meeting.wait()
        found = book(*args)
        meeting.wait()
        return found

    monkeypatch.setattr(reserve, "obstacle", guarded)
    monkeypatch.setattr(expire, "_book", booked)


def test_an_extension_in_the_last_second_keeps_the_hold(order: Order, meet: None) -> None:
    before = _end(order)
    extension, expired = race(_extend(order), _expire(order))
    assert (getattr(extension, "state", extension), expired) == ("succeeded", 0)
    order.refresh_from_db()
    assert order.status == "authorized"
    assert _end(order) > before - timedelta(seconds=1)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_control_without_the_lock_a_hold_that_is_gone_is_extended(
    order: Order, meet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reserve, "locked", order_without_lock)
    monkeypatch.setattr(operations, "run", lambda key: Operation.objects.get(pk=key))
    _extension, expired = race(_extend(order), _expire(order))
    order.refresh_from_db()
    assert (expired, order.status) == (1, "expired")
    assert order.operations.get(kind="extend").state == "requested"


def test_once_it_is_gone_the_extension_asked_for_before_is_refused(order: Order) -> None:
    assert _expire(order)() == 1
    with pytest.raises(DomainError, match="has expired"):
        _extend(order)()
    assert not order.operations.filter(kind="extend").exists()
