"""What a customer is told of an edit: the new values at the contact of now, and nothing at the old one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.edit_customer import CustomerInput, edit_customer
from orders.models import Order
from orders.tasks import deliver_message
from orders.wording import render
from tests.cast import Company
from tests.orders.edits import edit
from tests.orders.pages import quick_order

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "frida.nystrom@example.com", "astrid@example.com"


@pytest.fixture
def order(acme: Company) -> Order:
    return quick_order(acme.store, clock.now(), "FJB-1")


def queued(order: Order) -> dict[str, str]:
    """Recipients of the edit's messages, by kind."""
    kinds = ("order.customer_edited", "order.contact_moved")
    return dict(Message.objects.filter(order_id=order.pk, kind__in=kinds).values_list("kind", "recipient"))


def sent(order: Order, kind: str, mailoutbox: Any) -> Any:
    message = Message.objects.get(order_id=order.pk, kind=kind)
    deliver_message(str(message.pk))
    message.refresh_from_db()
    assert message.state == "sent", message.error
    return mailoutbox[-1]


def test_the_new_address_is_told_what_changed(alice_client: Client, order: Order, mailoutbox: Any) -> None:
    edit(alice_client, order, "customer", email=NEW, delivery_street="Götgatan 48")
    mail = sent(order, "order.customer_edited", mailoutbox)
    assert (mail.to, mail.subject) == ([NEW], "TEST: Your details for order FJB-1 were changed")
    for body in (mail.body, mail.alternatives[0].content):
        for words in ("Götgatan 48", NEW, "Acme Sweden", "support@acme.example"):
            assert words in body
        assert "Bondegatan" not in body
        assert OLD not in body


def test_the_old_address_learns_nothing_but_the_fact(alice_client: Client, order: Order, mailoutbox: Any) -> None:
    edit(alice_client, order, "customer", email=NEW, name="Astrid Lindqvist", delivery_street="Götgatan 48")
    mail = sent(order, "order.contact_moved", mailoutbox)
    assert (mail.to, mail.subject) == ([OLD], "TEST: The contact of order FJB-1 was changed")
    for body in (mail.body, mail.alternatives[0].content):
        assert "Messages about it no longer come to this address." in body
        for secret in (NEW, "astrid", "Astrid", "Götgatan", "Frida"):
            assert secret not in body


def test_a_changed_address_is_told_where_it_always_was(alice_client: Client, order: Order) -> None:
    edit(alice_client, order, "customer", delivery_street="Götgatan 48")
    assert queued(order) == {"order.customer_edited": OLD}


@pytest.mark.parametrize("typed", [{"name": "Astrid"}, {"email": NEW, "tells_customer": None}])
def test_nobody_is_told_of_a_name_alone_or_without_the_tick(
    alice_client: Client, order: Order, typed: dict[str, Any]
) -> None:
    edit(alice_client, order, "customer", **typed)
    assert queued(order) == {}


def test_a_contact_by_phone_is_told_by_sms(order: Order) -> None:
    wish = CustomerInput(email="", phone="+46701740635")
    edit_customer(order.pk, wish, access=None, by=Actor.system(), at=clock.now())
    assert queued(order) == {"order.customer_edited": "+46701740635", "order.contact_moved": OLD}
    wish = CustomerInput(phone="+46701740636")
    edit_customer(order.pk, wish, access=None, by=Actor.system(), at=clock.now())
    told = Message.objects.filter(order_id=order.pk, channel="sms").order_by("created_at", "kind")
    assert {(each.kind, each.recipient) for each in told} == {
        ("order.customer_edited", "+46701740635"),
        ("order.customer_edited", "+46701740636"),
        ("order.contact_moved", "+46701740635"),
    }
    for message in told:
        words = render(message)
        assert words is not None
        assert words.text.startswith("TEST: Acme Sweden: ")
        assert len(words.text) < 160
        assert "1740" not in words.text


def test_nobody_writes_to_the_whole_world_by_editing(alice_client: Client, order: Order, settings: Any) -> None:
    settings.LINK_LIMITS = {**settings.LINK_LIMITS, "recipient": 1}
    edit(alice_client, order, "customer", delivery_street="Götgatan 48")
    answer = edit(alice_client, order, "customer", delivery_street="Götgatan 49")
    assert answer.status_code == 409
    assert "This recipient has been sent several messages within an hour." in answer.content.decode()
    assert order.delivery_address["street"] == "Götgatan 48"
    assert edit(alice_client, order, "customer", delivery_street="Götgatan 49", tells_customer=None).status_code == 200
