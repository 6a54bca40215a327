"""The customer's page of what has ended: who ended it, and what happened to the money."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.let_go import cancel_order
from orders.actions.review import reject_review
from orders.models import Order
from paylinks.actions.withdraw import withdraw_order
from paylinks.models import PaymentLink
from tests import builders
from tests.paylinks.customers import url

pytestmark = pytest.mark.django_db

REFUSED = "The payment provider did not approve the payment"
SHOP = "Acme Sweden has cancelled the order."
NOT_CHARGED = "You have not been charged"


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def page(link: PaymentLink) -> str:
    return Client().get(url(link)).content.decode()


def cancel(link: PaymentLink) -> None:
    cancel_order(link.order_id, key="end", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)


def test_an_order_the_shop_cancelled_says_so_and_that_nothing_was_charged(link: PaymentLink) -> None:
    builders.paid(link)
    cancel(link)
    shown = page(link)
    assert SHOP in shown
    assert f"{NOT_CHARGED}, and the reserved amount is let go." in shown
    assert REFUSED not in shown


def test_what_was_charged_at_once_is_said_to_be_paid_back(link: PaymentLink) -> None:
    builders.paid(link, "review", method="swish")
    cancel(link)
    assert NOT_CHARGED in page(link)
    Order.objects.filter(pk=link.order_id).update(is_charged_at_once=True)
    shown = page(link)
    assert f"{SHOP} What you paid is paid back to you." in shown
    assert NOT_CHARGED not in shown


def test_a_payment_rejected_after_review_is_the_providers_doing(link: PaymentLink) -> None:
    order = builders.paid(link, "review", method="klarna")
    reject_review(order, by=Actor.gateway("sandbox"), at=clock.now())
    shown = page(link)
    assert REFUSED in shown
    assert SHOP not in shown


def test_an_unpaid_order_that_was_cancelled_is_headed_so(link: PaymentLink) -> None:
    withdraw_order(link.order_id, key="end", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    assert "This order was cancelled" in page(link)
