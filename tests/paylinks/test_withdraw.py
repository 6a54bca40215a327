"""Cancelling an order nobody has paid: order and link end together, unless the customer was faster."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders.models import Order
from paylinks.actions.withdraw import withdraw_order
from paylinks.models import PaymentLink
from tests import builders
from tests.cast import Company
from tests.orders.pages import HTMX, get

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor("member", "alice@acme.example")


@pytest.fixture
def link(acme: Company) -> PaymentLink:
    return builders.system_link(acme.store)


def _withdraw(link: PaymentLink, *, tells_customer: bool = True) -> Order:
    withdraw_order(link.order_id, key="w", access=None, by=BY, at=clock.now(), tells_customer=tells_customer)
    link.refresh_from_db()
    return Order.objects.get(pk=link.order_id)


def test_order_and_link_end_together(link: PaymentLink) -> None:
    order = _withdraw(link)
    assert (order.status, link.status, link.cancelled_by) == ("cancelled", "cancelled", BY.label)
    kinds = list(order.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["link.cancelled", "order.cancelled"]
    assert Message.objects.filter(kind="order.voided").count() == 1
    assert Client().get(f"/links/{link.pk}/address/").status_code == 302


def test_the_customer_hears_of_it_only_if_wished(link: PaymentLink) -> None:
    _withdraw(link, tells_customer=False)
    assert not Message.objects.filter(kind="order.voided").exists()


def test_a_link_past_its_end_reads_expired_and_the_order_still_ends(link: PaymentLink) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=49)):
        order = _withdraw(link)
    assert (order.status, link.status) == ("cancelled", "created")


def test_a_running_attempt_is_closed_first(link: PaymentLink) -> None:
    attempt = builders.begun(link)
    assert _withdraw(link).status == "cancelled"
    attempt.refresh_from_db()
    assert attempt.state == "abandoned"


def test_a_customer_who_was_faster_keeps_the_order(link: PaymentLink) -> None:
    builders.decide(builders.begun(link))
    with pytest.raises(DomainError, match="has just paid"):
        _withdraw(link)
    assert Order.objects.get(pk=link.order_id).status == "authorized"
    with pytest.raises(DomainError, match="not waiting to be paid"):
        _withdraw(link)


def test_it_is_asked_as_every_cancellation_and_answers_the_order(alice_client: Client, link: PaymentLink) -> None:
    order = link.order
    url = f"/links/{order.pk}/withdraw/"
    assert f'href="{url}"' in get(alice_client, f"/orders/{order.pk}/")
    for path in (url, f"/orders/{order.pk}/cancel/"):
        dialog = html.unescape(get(alice_client, path, target="dialog", beside="1"))
        assert "has not paid and cannot any more" in dialog
        assert f'hx-post="{url}"' in dialog
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', dialog))
    stale = alice_client.post(url, {**form, "version": "99"}, **HTMX)
    assert stale.status_code == 409
    answer = alice_client.post(url, form, **{**HTMX, "HTTP_HX_TARGET": "drawer"})
    body = html.unescape(answer.content.decode())
    assert "Order FJB-10498 is cancelled. Nothing had been paid." in body
    assert "Cancelled before it was paid, nothing was charged." in body
    again = alice_client.post(url, form, **{**HTMX, "HTTP_HX_TARGET": "drawer"})
    assert again.status_code == 200
    assert "Order FJB-10498 is cancelled. Nothing had been paid." in html.unescape(again.content.decode())
    assert order.events.filter(kind="order.cancelled").count() == 1
    late = alice_client.post(url, {**form, "key": str(uuid.uuid4())}, **HTMX)
    page = html.unescape(late.content.decode())
    assert late.status_code == 409
    assert "Cancelled by alice@acme.example, " in page
    assert "The order was cancelled." in page


def test_readers_may_not_and_strangers_see_nothing(
    vera_client: Client, charlie_client: Client, link: PaymentLink
) -> None:
    url = f"/links/{link.order_id}/withdraw/"
    assert vera_client.post(url).status_code == 403
    assert charlie_client.post(url).status_code == 404
