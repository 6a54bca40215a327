"""Two people say at once that two orders are no repeat: it is said once, and the other is told by whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common import clock
from common.errors import DomainError
from orders.actions import repeats
from orders.models import Event, Order, Repeat
from tests import builders
from tests.cast import Company
from tests.concurrency.racing import Meeting, race, winners

pytestmark = pytest.mark.django_db(transaction=True)


def _says(acme: Company, pair: Repeat) -> list[Callable[[], Repeat]]:
    at, versions = clock.now(), (pair.earlier.version, pair.later.version)
    people = [acme.access(name, at) for name in ("alice", "bob")]
    return [
        lambda who=who: repeats.dismiss_repeat(pair.pk, versions=versions, access=who, by=who.actor, at=at)
        for who in people
    ]


@pytest.fixture
def pair(acme: Company) -> Repeat:
    for number in (1, 2):
        builders.placed_order(acme.store, merchant_reference1=f"FJB-{number}")
    return Repeat.objects.select_related("earlier", "later").get()


def test_of_two_people_one_is_told_who_said_it(acme: Company, pair: Repeat) -> None:
    results = race(*_says(acme, pair))
    [said] = winners(results)
    [error] = [result for result in results if isinstance(result, DomainError)]
    assert error.message.startswith(f"Not a repeat, said {said.dismissed_by}, ")
    assert Event.objects.filter(order=pair.later_id, kind="repeat.dismissed").count() == 1


def test_control_without_the_lock_both_say_it(acme: Company, pair: Repeat, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = Meeting(2)

    def unlocked(repeat_id: int, _access: object) -> Repeat:
        found = Repeat.objects.select_related("earlier", "later").get(pk=repeat_id)
        meeting.wait()
        return found

    monkeypatch.setattr(repeats, "_locked", unlocked)
    assert len(winners(race(*_says(acme, pair)))) == 2
    assert Event.objects.filter(order=Order.objects.get(pk=pair.later_id), kind="repeat.dismissed").count() == 2
