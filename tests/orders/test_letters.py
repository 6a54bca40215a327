"""Messages sent for an order: every one is shown, read as of now, and sent again once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from accounts.roles import Role
from common import clock
from common.actor import Actor
from messaging import actions
from messaging.models import Message
from orders import member_mail
from orders.actions.refund import refund_order
from orders.letters import newest_copy
from orders.models import Event, Operation, Order
from orders.tasks import deliver_message, message_settled
from tests import builders
from tests.cast import Company
from tests.orders.pages import HTMX, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store: Store) -> Order:
    return builders.placed_order(store)


def confirmation(order: Order) -> Message:
    return Message.objects.filter(order_id=order.pk, kind="order.confirmation").earliest("created_at")


def address(message: Message, rest: str = "") -> str:
    return f"/orders/{message.order_id}/messages/{message.pk}/{rest}"


def delivered(message: Message) -> Message:
    """As the worker does it, with what became of it told."""
    deliver_message(str(message.pk))
    message_settled(str(message.pk))
    message.refresh_from_db()
    return message


def lost(message: Message, reason: str) -> Message:
    from django.db.models import Q

    actions.bounce(Q(pk=message.pk), reason, clock.now())
    message_settled(str(message.pk))
    message.refresh_from_db()
    return message


def refund(order: Order, by: Actor) -> Operation:
    return refund_order(order.pk, key="r", access=None, by=by, at=clock.now())


def send(client: Client, message: Message, key: uuid.UUID | None = None, to: str = "", **headers: Any) -> Any:
    seen = {"version": str(Order.objects.get(pk=message.order_id).version), "seen": str(newest_copy(message).pk)}
    form = {"key": str(key or uuid.uuid4()), "recipient": to or message.recipient, **seen}
    return client.post(address(message, "again/"), form, **headers)


def test_every_message_is_listed_newest_first_with_all_that_is_known(alice_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    delivered(confirmation(order))
    refund(order, Actor.system("bob@acme.example"))
    lost(Message.objects.get(order_id=order.pk, kind="order.refunded"), "550 mailbox full")
    page = get(alice_client, f"/orders/{order.pk}/customer/")
    part = page.partition("<h2>Messages</h2>")[2].partition("<h2>Payment</h2>")[0]
    assert part.index("<b>Refund</b>") < part.index("<b>Confirmation of the order</b>") < part.index("Payment link")
    for words in ("to frida.nystrom@example.com", "550 mailbox full", "Bounced", "Sent", "Queued", "Customer"):
        assert words in part, words
    assert "System, chosen by bob@acme.example" in part


def test_a_message_is_read_as_of_now(vera_client: Client, order: Order) -> None:
    message = confirmation(order)
    page = get(vera_client, address(message))
    assert "TEST: Your order FJB-10498 from Acme Sweden" in page
    assert "This is what it says as of now." in page
    assert "Send again" not in page
    mail = vera_client.get(address(message, "mail/"))
    assert "Serving bowl, sea green 24 cm" in mail.content.decode()
    assert "sandbox" in mail["Content-Security-Policy"]
    assert "default-src 'none'" in mail["Content-Security-Policy"]
    assert mail["X-Frame-Options"] == "SAMEORIGIN"


def test_a_message_that_was_sent_can_be_sent_again_once(alice_client: Client, order: Order, mailoutbox: Any) -> None:
    message = delivered(confirmation(order))
    key = uuid.uuid4()
    for _time in range(2):
        answer = send(alice_client, message, key)
        assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.pk}/customer/")
    again = delivered(Message.objects.filter(order_id=order.pk, kind="order.confirmation").latest("created_at"))
    assert Message.objects.filter(order_id=order.pk, kind="order.confirmation").count() == 2
    assert (again.origin, again.actor, again.state) == ("member", "alice@acme.example", "sent")
    assert [mail.subject for mail in mailoutbox] == ["TEST: Your order FJB-10498 from Acme Sweden"] * 2
    event = Event.objects.filter(order=order, kind="message.sent").latest("seq")
    assert (event.actor, event.data["about"]) == ("alice@acme.example", "order.confirmation")
    assert "Confirmation of the order" in get(alice_client, f"/orders/{order.pk}/")


def test_from_the_drawer_the_tab_comes_back_with_the_new_message(alice_client: Client, order: Order) -> None:
    message = delivered(confirmation(order))
    answer = send(alice_client, message, **HTMX, HTTP_HX_TARGET="drawer")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<b>Confirmation of the order</b>") == 2
    assert "On its way to frida.nystrom@example.com again." in page
    assert 'id="dialog" hx-swap-oob' in page


def test_it_goes_to_the_orders_present_contact_or_to_the_same(alice_client: Client, order: Order) -> None:
    message = lost(confirmation(order), "550 no such user")
    Order.objects.filter(pk=order.pk).update(email="frida@right.example")
    page = get(alice_client, address(message))
    assert page.index("frida@right.example</span>") < page.index("frida.nystrom@example.com</span>")
    assert f"/orders/{order.pk}/customer/edit/" in page
    assert send(alice_client, message, to="somebody@else.example").status_code == 422
    assert send(alice_client, message, to="frida@right.example").status_code == 302
    assert Message.objects.filter(order_id=order.pk, recipient="frida@right.example").count() == 1


@pytest.mark.parametrize("case", ["queued", "cancelled", "reversed"])
def test_what_makes_no_sense_is_refused_with_the_reason(alice_client: Client, store: Store, case: str) -> None:
    message, reason = _senseless(store, case)
    page = get(alice_client, address(message))
    assert reason in page
    assert 'aria-disabled="true" aria-describedby="again-why"' in page
    before = Message.objects.count()
    answer = send(alice_client, message)
    assert (answer.status_code, reason in answer.content.decode()) == (409, True)
    assert Message.objects.count() == before


def _senseless(store: Store, case: str) -> tuple[Message, str]:
    from orders.actions.let_go import cancel_order

    order = builders.placed_order(store)
    message = confirmation(order)
    if case == "queued":
        return message, "It has not left yet, and is sent by itself."
    delivered(message)
    if case == "cancelled":
        cancel_order(
            order.pk, key="c", access=None, by=Actor.system(), at=clock.now(), reason="", tells_customer=False
        )
        return message, "The order is over. A confirmation would mislead the customer."
    builders.capture(order)
    given = refund(order, Actor.system())
    told = delivered(Message.objects.get(subject_id=given.pk))
    Operation.objects.filter(pk=given.pk).update(state="declined")
    return told, "The refund failed after all."


def test_a_key_that_names_another_message_is_a_wish_of_its_own(alice_client: Client, order: Order) -> None:
    message = delivered(confirmation(order))
    other = confirmation(builders.placed_order(order.store, merchant_reference1="FJB-2"))
    for key in (message.pk, other.pk):
        assert send(alice_client, message, key).status_code == 302
    assert Message.objects.filter(order_id=order.pk, kind="order.confirmation").count() == 3


def test_nobody_is_written_to_again_and_again(alice_client: Client, order: Order, settings: Any) -> None:
    settings.LINK_LIMITS = {**settings.LINK_LIMITS, "recipient": 2}
    message = delivered(confirmation(order))
    assert [send(alice_client, message).status_code for _time in range(3)] == [302, 302, 409]
    refused = send(alice_client, message)
    assert "This recipient has been sent several messages within an hour." in refused.content.decode()


def test_who_may_not_send_links_may_read_only(vera_client: Client, charlie_client: Client, order: Order) -> None:
    message = delivered(confirmation(order))
    assert send(vera_client, message).status_code == 403
    assert send(charlie_client, message).status_code == 404
    for rest in ("", "mail/"):
        assert charlie_client.get(address(message, rest)).status_code == 404


def test_a_role_of_another_store_does_not_reach_this_one(acme: Company, client: Client, order: Order) -> None:
    from accounts import actions as members

    roles = {acme.store: Role.READ_ONLY, acme.second_store: Role.USER}
    member = members.add_member(
        acme.merchant, email="nils@acme.example", name="Nils", roles=roles, by=Actor.system(), at=clock.now()
    )
    client.force_login(member.user)
    message = delivered(confirmation(order))
    assert "Send again" not in get(client, address(message))
    assert send(client, message).status_code == 403


def test_a_mail_to_our_own_people_is_no_message_to_the_customer(alice_client: Client, order: Order) -> None:
    member_mail.queue_handed_over(order, builders.capture(order), at=clock.now())
    told = Message.objects.filter(order_id=order.pk, kind=member_mail.HANDED_OVER).earliest("recipient")
    assert address(told) not in get(alice_client, f"/orders/{order.pk}/customer/")
    assert alice_client.get(address(told)).status_code == 404
    assert send(alice_client, told, to=order.email).status_code == 404


def test_a_message_of_another_order_is_not_found_here(alice_client: Client, order: Order, acme: Company) -> None:
    other = builders.placed_order(acme.store, merchant_reference1="FJB-2")
    stray = f"/orders/{other.pk}/messages/{confirmation(order).pk}/"
    assert alice_client.get(stray).status_code == 404
    link = Message.objects.get(order_id=order.pk, kind="link.invitation")
    assert alice_client.get(address(link)).status_code == 404
