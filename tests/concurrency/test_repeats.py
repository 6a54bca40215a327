"""A customer with two tabs pays both orders at once: each must see the other."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import Store
from common import clock
from orders.actions import repeats
from orders.models import Order, Repeat
from paylinks import settle
from paylinks.models import Attempt
from tests import builders
from tests.concurrency.racing import Meeting, race, winners

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[Attempt]:
    """Two attempts just approved at the gateway; whoever has looked for its like waits for the other."""
    meeting, real = Meeting(2), repeats._alike

    def met(order: Order, at: datetime) -> list[Order]:
        found = list(real(order, at))
        meeting.wait()
        return found

    attempts = [builders.begun(builders.system_link(store, merchant_reference1=f"FJB-{number}")) for number in (1, 2)]
    for attempt in attempts:
        builders.decide(attempt)
    monkeypatch.setattr(repeats, "_alike", met)
    return attempts


def _pay_at_once(attempts: list[Attempt]) -> None:
    first, second = (attempt.pk for attempt in attempts)
    results = race(
        lambda: settle.check_attempt(first, at=clock.now()), lambda: settle.check_attempt(second, at=clock.now())
    )
    assert len(winners(results)) == 2, results
    assert Order.objects.filter(status="authorized").count() == 2


def test_two_orders_placed_at_once_are_one_pair(both: list[Attempt]) -> None:
    _pay_at_once(both)
    assert Repeat.objects.count() == 1


def test_control_without_waiting_neither_sees_the_other(both: list[Attempt], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_wait_for_twins", lambda _order: None)
    _pay_at_once(both)
    assert Repeat.objects.count() == 0
