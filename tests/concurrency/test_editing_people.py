"""Two people correct one customer at once: one is saved, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders.actions import edit_customer
from orders.models import Event, Order
from orders.timeline import What
from tests.concurrency.racing import Meeting, order_without_lock, race, winners
from tests.orders.pages import quick_order

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("alice@acme.example", "bob@acme.example")


def _edit(order: Order, person: str) -> Callable[[], Any]:
    """The same form, shown to both, with another street typed by each."""
    wish = edit_customer.CustomerInput(delivery_address={**order.delivery_address, "street": f"{person} 1"})
    act = {"version": order.version, "access": None, "by": Actor("member", person), "at": clock.now()}
    return lambda: edit_customer.edit_customer(order.pk, wish, **act)


def _meet_after_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, check = Meeting(2), edit_customer.check_version

    def met(order: Order, version: int | None) -> None:
        check(order, version)
        meeting.wait()

    monkeypatch.setattr(edit_customer, "check_version", met)


def _told(order: Order) -> int:
    return Message.objects.filter(order_id=order.pk, kind="order.customer_edited").count()


def test_one_of_two_edits_is_saved(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = quick_order(store, clock.now())
    _meet_after_the_check(monkeypatch)
    results = race(*(_edit(order, person) for person in PEOPLE))
    assert len(winners(results)) == 1
    (refused,) = [each for each in results if isinstance(each, DomainError)]
    assert refused.code == "stale"
    event = Event.objects.get(order=order, kind=What.CUSTOMER_EDITED)
    order.refresh_from_db()
    assert order.delivery_address["street"] == f"{event.actor} 1"
    assert event.actor in refused.message
    assert _told(order) == 1


def test_without_the_lock_one_edit_would_be_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = quick_order(store, clock.now())
    _meet_after_the_check(monkeypatch)
    monkeypatch.setattr(edit_customer, "locked", order_without_lock)
    assert len(winners(race(*(_edit(order, person) for person in PEOPLE)))) == 2
    assert _told(order) == 2
