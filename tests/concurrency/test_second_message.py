"""Two people send one message again at once: it goes once, and the other is told who sent it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from common import clock
from common.errors import DomainError
from messaging.models import Message
from orders.actions import send_again as action
from orders.models import Order
from orders.tasks import deliver_message
from tests import builders
from tests.cast import Company
from tests.concurrency.racing import Meeting, order_without_lock, race, winners

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(acme: Company) -> Message:
    order = builders.placed_order(acme.store)
    found = Message.objects.get(order_id=order.pk, kind="order.confirmation")
    deliver_message(str(found.pk))
    return found


def _presses(acme: Company, told: Message) -> list[Callable[[], Message]]:
    """Alice and Bob, each with a page of their own on which it was sent once."""
    order, at = Order.objects.get(pk=told.order_id), clock.now()
    people = [acme.access(name, at) for name in ("alice", "bob")]
    return [
        lambda who=who: action.send_again(
            order.pk, told.pk, recipient=told.recipient, key=uuid.uuid4(), version=order.version, seen=told.pk,
            access=who, by=who.actor, at=at,
        )
        for who in people
    ]  # fmt: skip


def test_of_two_people_one_sends_and_the_other_is_told(acme: Company, told: Message) -> None:
    results = race(*_presses(acme, told))
    [sent] = winners(results)
    [error] = [result for result in results if isinstance(result, DomainError)]
    assert error.code == "stale"
    assert error.message.startswith(f"{sent.actor} has sent it again meanwhile, ")
    assert Message.objects.filter(order_id=told.order_id, kind=told.kind).count() == 2


def test_control_without_the_lock_both_send(acme: Company, told: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    real, meeting = action._check_copies, Meeting(2)

    def met(message: Message, seen: uuid.UUID | None) -> None:
        real(message, seen)
        meeting.wait()

    monkeypatch.setattr(action, "locked", order_without_lock)
    monkeypatch.setattr(action, "_check_copies", met)
    assert len(winners(race(*_presses(acme, told)))) == 2
