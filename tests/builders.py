"""Ways to a state, always through the actions that people use."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from accounts.access import Access
from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.actions.capture import capture_order
from orders.actions.draft import draft_order
from orders.lines import LineInput
from orders.models import LineType, Operation, Order
from paylinks import settle
from paylinks.actions.begin import PayInput, begin_payment
from paylinks.actions.create import OrderInput, create_link_order
from paylinks.actions.issue import issue_link
from paylinks.models import Attempt, PaymentLink
from payments.actions import connect_sandbox

ADDRESS = {
    "given_name": "Frida",
    "family_name": "Nyström",
    "street": "Bondegatan 7",
    "postal_code": "116 23",
    "city": "Stockholm",
    "country": "SE",
}
BOWL = LineInput(LineType.PHYSICAL, "Serving bowl, sea green 24 cm", 2, 74900, 2500, "KB-24-SG")
APRON = LineInput(LineType.PHYSICAL, "Linen apron, undyed", 1, 69000, 2500, "LA-01-UN")
DELIVERY = LineInput(LineType.SHIPPING_FEE, "Home delivery", 1, 9900, 2500, "SHIP-HOME")
DISCOUNT = LineInput(LineType.DISCOUNT, "Returning customer", 1, -21880, 2500, "DISC-RET")
LINES = (BOWL, APRON, DELIVERY, DISCOUNT)
TOTAL = 206820


def order_input(**changes: Any) -> OrderInput:
    """The order of the design: 2,068.20 SEK to Frida in Sweden."""
    usual = OrderInput(
        recipient_email="frida.nystrom@example.com",
        recipient_phone="",
        country="SE",
        currency="SEK",
        language="en",
        merchant_reference1="FJB-10498",
        lines=LINES,
    )
    return replace(usual, **changes)


def sent_link(store: Store, access: Access, *, at: datetime | None = None, **changes: Any) -> PaymentLink:
    """A payment link just created by a member."""
    moment = at or clock.now()
    connect_sandbox(store, moment)
    return create_link_order(
        store, order_input(**changes), form_key=uuid.uuid4(), access=access, by=access.actor, at=moment
    )


def system_link(store: Store, *, at: datetime | None = None, **changes: Any) -> PaymentLink:
    """A payment link without a member: for stores whose people do not matter to the test."""
    moment = at or clock.now()
    connect_sandbox(store, moment)
    wanted = order_input(**changes)
    order = draft_order(
        store,
        lines=wanted.lines,
        currency=wanted.currency,
        country=wanted.country,
        language=wanted.language,
        email=wanted.recipient_email,
        phone=wanted.recipient_phone,
        customer_name=wanted.customer_name,
        merchant_reference1=wanted.merchant_reference1,
        merchant_reference2=wanted.merchant_reference2,
        auto_capture=wanted.auto_capture,
        by=Actor.system(),
        at=moment,
    )
    return issue_link(order, recipient=wanted.recipient, number=1, by=Actor.system(), at=moment)


def pay_input(**changes: Any) -> PayInput:
    """What Frida types on the payment page."""
    usual = PayInput(
        method="card",
        revision=1,
        accepts_terms=True,
        email="frida.nystrom@example.com",
        delivery_address=ADDRESS,
    )
    return replace(usual, **changes)


def begun(link: PaymentLink, *, at: datetime | None = None, **changes: Any) -> Attempt:
    """An attempt whose session is open at the sandbox."""
    return begin_payment(link.pk, pay_input(**changes), at=at or clock.now())


def decide(attempt: Attempt, outcome: str = "approve", tell: str = "neither") -> None:
    """The customer's choice on the sandbox's hosted page; by default nobody is told."""
    page = urlsplit(attempt.redirect_url).path
    answer = Client().post(page, {"outcome": outcome, "tell": tell})
    assert answer.status_code in {200, 302, 303}, answer.content


def paid(link: PaymentLink, outcome: str = "approve", **changes: Any) -> Order:
    """An order whose customer has paid and whose answer the portal has asked for."""
    attempt = begun(link, **changes)
    decide(attempt, outcome)
    settle.check_attempt(attempt.pk, at=clock.now())
    return Order.objects.get(pk=link.order_id)


def placed_order(store: Store, *, method: str = "card", **changes: Any) -> Order:
    """An authorized order of a store."""
    return paid(system_link(store, **changes), method=method)


def captured_order(store: Store, **changes: Any) -> Order:
    """A fully captured order of a store."""
    order = placed_order(store, **changes)
    capture(order)
    order.refresh_from_db()
    return order


def capture(order: Order, *, key: str = "test") -> Operation:
    """Capture all that is left, as the system."""
    return capture_order(order.pk, key=key, access=None, by=Actor.system(), at=clock.now())
