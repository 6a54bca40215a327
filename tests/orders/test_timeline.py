"""Events are counted without gaps; only what a form shows makes it stale."""

from __future__ import annotations

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import operations
from orders.actions.capture import request_capture
from orders.timeline import What, happened_since, record
from tests import builders

pytestmark = pytest.mark.django_db


def test_what_people_do_makes_a_form_stale_and_what_machines_tell_does_not(store: Store) -> None:
    order = builders.placed_order(store)
    shown, seq = order.version, order.last_seq
    record(order, What.MESSAGE_SENT, by=Actor.system(), at=clock.now())
    record(order, What.SLIP_MADE, by=Actor.system(), at=clock.now())
    assert (order.version, order.last_seq) == (shown, seq + 2)
    record(order, What.LINK_REQUESTED, by=Actor.customer(), at=clock.now())
    assert (order.version, order.last_seq) == (shown + 1, seq + 3)


def test_the_numbers_of_events_have_no_gaps(store: Store) -> None:
    order = builders.captured_order(store)
    numbers = list(order.events.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, order.last_seq + 1))


def test_what_made_a_form_old_is_told_without_what_happened_before_it(store: Store) -> None:
    order = builders.placed_order(store)
    shown = order.version
    operation = request_capture(order.pk, key="k", access=None, by=Actor.system(), at=clock.now())
    order.refresh_from_db()
    assert order.version == shown + 1
    assert happened_since(order, shown) == []  # reserved: nothing to tell of it yet
    operations.run(operation.pk)
    order.refresh_from_db()
    assert [event.kind for event in happened_since(order, shown)] == ["order.captured"]
    assert [event.kind for event in happened_since(order, shown - 1)][1:] == ["order.captured"]
