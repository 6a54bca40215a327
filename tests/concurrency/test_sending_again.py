"""One form pressed many times at once sends one message."""

from __future__ import annotations

import uuid

import pytest

from common import clock
from messaging.models import Message
from orders.actions.send_again import send_again
from orders.tasks import deliver_message
from tests import builders
from tests.cast import Company
from tests.concurrency.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_form_at_the_same_moment_sends_once(acme: Company) -> None:
    order = builders.placed_order(acme.store)
    told = Message.objects.get(order_id=order.pk, kind="order.confirmation")
    deliver_message(str(told.pk))
    access, key, at = acme.access("alice", clock.now()), uuid.uuid4(), clock.now()

    def press() -> Message:
        return send_again(order.pk, told.pk, recipient=told.recipient, key=key, access=access, by=access.actor, at=at)

    sent = race(*[press] * 8)
    assert len({each.pk for each in sent} - {told.pk}) == 1
    assert Message.objects.filter(order_id=order.pk, kind="order.confirmation").count() == 2
