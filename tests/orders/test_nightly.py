"""Every night what changed since the last run is audited, told by order, and nothing is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from orders import nightly, tasks
from orders.models import Alert, AuditRun, Event, Order
from orders.nightly import audit_batch, night_before
from sandbox import clock as sandbox_clock
from sandbox.models import Payment
from tests import builders
from tests.orders.pages import get
from tests.paylinks.customers import silent_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    yield
    sandbox_clock.remember(timedelta(0))


def _night(after: timedelta = timedelta(0)) -> AuditRun:
    """A whole run, batch by batch."""
    sandbox_clock.remember(after)
    while audit_batch(clock.now()):
        pass
    return AuditRun.objects.latest("started_at", "pk")


def _differ(order: Order, by: int) -> None:
    Payment.objects.filter(pk=order.payment_reference).update(amount=order.amount + by)


def _told(order: Order) -> list[str]:
    return list(
        Event.objects.filter(order=order, kind__startswith="sync.").order_by("seq").values_list("kind", flat=True)
    )


def test_the_first_run_looks_at_everything_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "ORDERS_PER_BATCH", 2)
    for _ in range(3):
        builders.placed_order(store)
    run = _night()
    assert (run.orders, run.differences, run.since) == (3, 0, None)
    assert run.finished_at is not None


def test_the_task_goes_on_until_all_is_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kicked: list[str] = []
    monkeypatch.setattr(tasks, "kick", kicked.append)
    builders.placed_order(store)
    tasks.audit_changed()
    tasks.audit_changed()
    assert kicked == ["orders.tasks.audit_changed"]
    assert AuditRun.objects.get().finished_at is not None


@pytest.mark.parametrize(
    ("at", "night"),
    [
        ("2026-11-20 02:09", "2026-11-19 02:10"), ("2026-11-20 02:10", "2026-11-20 02:10"),
        ("2026-07-01 01:09", "2026-06-30 01:10"), ("2026-07-01 23:59", "2026-07-01 01:10"),
        ("2026-03-29 01:09", "2026-03-28 02:10"), ("2026-03-29 01:10", "2026-03-29 01:10"),  # no 02:30 that night
        ("2026-10-25 02:09", "2026-10-24 01:10"), ("2026-10-25 02:10", "2026-10-25 02:10"),  # 02:30 twice
    ],
)  # fmt: skip
def test_a_night_is_due_from_ten_past_three_in_stockholm(at: str, night: str) -> None:
    assert night_before(datetime.fromisoformat(f"{at}Z")) == datetime.fromisoformat(f"{night}Z")


def test_a_night_is_run_once_however_often_it_is_asked_for(store: Store) -> None:
    first = datetime.fromisoformat("2026-11-20 02:10Z")
    hours = [first + timedelta(hours=hour) for hour in range(24)]
    assert [audit_batch(at) for at in (*hours, *hours)] == [False] * 48
    assert AuditRun.objects.count() == 1
    audit_batch(first + timedelta(days=1))
    assert list(AuditRun.objects.values_list("started_at", flat=True)) == [first, first + timedelta(days=1)]


def test_a_night_that_was_slept_through_is_made_up_for_in_the_next_hour(store: Store) -> None:
    night = datetime.fromisoformat("2026-11-20 02:10Z")
    for at in (night, night + timedelta(days=1, hours=7), night + timedelta(days=1, hours=8)):
        audit_batch(at)
    begun = list(AuditRun.objects.values_list("started_at", flat=True))
    assert begun == [night, night + timedelta(days=1, hours=7)]


def test_a_missed_night_is_caught_up(store: Store) -> None:
    _night()
    sandbox_clock.remember(timedelta(hours=30))
    order = builders.placed_order(store)
    run = _night(timedelta(days=6))
    assert (run.orders, run.since) == (1, AuditRun.objects.earliest("started_at").started_at)
    _differ(order, 100)
    assert _night(timedelta(days=7)).orders == 0  # nothing of ours has changed


def test_what_changed_while_the_last_run_began_is_looked_at_again(store: Store) -> None:
    _night()
    builders.placed_order(store, at=clock.now() - timedelta(minutes=5))  # committed late
    Order.objects.update(changed_at=clock.now() - timedelta(minutes=5))
    assert _night(timedelta(days=1)).orders == 1


def test_a_run_that_was_cut_off_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "ORDERS_PER_BATCH", 2)
    for _ in range(3):
        builders.placed_order(store)
    sandbox_clock.remember(timedelta(hours=1))
    assert audit_batch(clock.now())
    _night(timedelta(days=1))
    first, second = AuditRun.objects.order_by("started_at")
    assert (first.orders, second.orders) == (3, 0)
    assert second.since == first.started_at


def test_differences_are_told_by_order_once_and_repair_nothing(store: Store, alice_client: Client) -> None:
    order, other = builders.placed_order(store), builders.placed_order(store)
    _differ(order, 100)
    assert _night().differences == 1
    order.refresh_from_db()
    assert (_told(order), _told(other)) == (["sync.difference"], [])
    assert order.authorized_amount == order.amount
    assert "2,069.20 SEK" in get(alice_client, f"/orders/{order.pk}/")
    assert _night(timedelta(days=1)).differences == 1
    assert _night(timedelta(days=2)).orders == 1  # until it agrees
    assert _told(order) == ["sync.difference"]


def test_when_it_agrees_again_the_alert_ends(store: Store) -> None:
    order = builders.placed_order(store)
    _differ(order, 100)
    _night()
    _differ(order, 0)
    _night(timedelta(days=1))
    assert _told(order) == ["sync.difference", "sync.agreed"]
    assert not Alert.objects.filter(closed_at=None).exists()


def test_who_is_not_answered_for_is_looked_at_in_the_next_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    _differ(order, 100)
    with silent_gateway(monkeypatch):
        run = _night(timedelta(hours=1))
    assert (run.unanswered, _told(order)) == ([str(order.pk)], [])
    assert _night(timedelta(days=3)).orders == 1
    assert _told(order) == ["sync.difference"]


def test_two_tasks_at_once_do_not_count_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    builders.placed_order(store)
    whole = nightly.audit_orders

    def meanwhile(*wish: Any, **how: Any) -> Any:
        found = list(whole(*wish, **how))
        monkeypatch.setattr(nightly, "audit_orders", whole)
        audit_batch(clock.now())
        return found

    monkeypatch.setattr(nightly, "audit_orders", meanwhile)
    assert audit_batch(clock.now()) is False
    assert AuditRun.objects.get().orders == 1
