"""The timeline says things in words, never by an ID."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from accounts.models import Store
from common.actor import Actor
from orders.timeline import What, record
from tests import builders


def test_a_message_is_told_by_its_recipient_and_a_failed_one_by_its_reason(alice_client: Client, store: Store):
    order = builders.placed_order(store)
    data = {"message": "0488d338-5ac5", "recipient": "frida@example.com", "channel": "email"}
    at = timezone.now()
    record(order, What.MESSAGE_SENT, by=Actor.system(), at=at, data=data)
    record(order, What.MESSAGE_FAILED, by=Actor.system(), at=at, data={**data, "reason": "550 No such mailbox"})
    page = alice_client.get(f"/orders/{order.pk}/").content.decode()
    assert "to frida@example.com" in page
    assert "550 No such mailbox" in page
    assert "0488d338-5ac5" not in page
