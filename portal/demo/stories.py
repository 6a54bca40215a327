"""Lives of demo orders: written, sent, paid or not, captured or not."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from accounts.access import Access
from accounts.models import Store
from common import clock
from documents.models import Document
from messaging.models import Message
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.lines import LineInput
from orders.models import Operation, Order
from orders.selection import EVERYTHING, Selection
from paylinks import settle
from paylinks.actions.amend import amend_order
from paylinks.actions.begin import PayInput, begin_payment
from paylinks.actions.cancel import cancel_link
from paylinks.actions.create import OrderInput, create_link_order
from paylinks.actions.request import request_new_link
from paylinks.models import Attempt, PaymentLink
from payments.gateway import Method
from payments.gateways import offered_methods
from payments.models import GatewayAccount
from portal.demo.catalogue import Person, basket, customer
from portal.demo.post import deliver_all, settle_slips
from sandbox.actions.sessions import choose, review
from sandbox.models import Session

_SLIPS_ARE_MADE = timedelta(days=7)  # before the demo's day: a slip takes a worker a tenth of a second


@dataclass
class Story:
    """One order's way, told at moved clocks."""

    dice: Random
    store: Store
    access: Access
    number: int
    prefix: str
    began: datetime
    until: datetime  # what lies after it has not happened yet
    day: datetime  # the day the demo is told of
    sent: OrderInput | None = None
    order_id: uuid.UUID | None = None

    def tell(self) -> None:
        """Send the link and let chance decide what the customer does."""
        person = customer(self.dice, self.store.country)
        link = self._send(person)
        fate = self.dice.random()
        if fate < 0.80:  # noqa: PLR2004
            self._pay(link, person)
        elif fate < 0.85:  # noqa: PLR2004
            self._begin(link, person)
        elif fate < 0.90:  # noqa: PLR2004
            self._cancel(link)
        elif fate < 0.93:  # noqa: PLR2004
            self._amend(link)
        self._deliver()

    def tell_sale(self) -> None:
        """Send the link, and the customer pays: nothing is captured yet unless the method does it."""
        person = customer(self.dice, self.store.country)
        attempt = self._begin(self._send(person), person)
        if attempt is not None:
            self._end(attempt, Session.State.AUTHORIZED)
        self._deliver()

    def _at(self, moment: datetime) -> datetime:
        clock.stop(moment)
        return moment

    def _later(self, start: datetime, low: float, high: float) -> datetime | None:
        """Some hours after `start`, or None when that has not come yet."""
        moment = start + timedelta(hours=self.dice.uniform(low, high))
        if moment >= self.until:
            return None
        self._deliver()
        return self._at(moment)

    def _deliver(self) -> None:
        """Mail goes out and a recent slip is made before the next thing happens, so that the timeline runs forward."""
        if self.order_id:
            deliver_all(Message.objects.filter(order_id=self.order_id))
            slips = Document.objects.filter(subject_id=self.order_id)
            settle_slips(slips, are_made=self.day - self.began < _SLIPS_ARE_MADE)

    def _send(self, person: Person) -> PaymentLink:
        currency = self.store.allowed_currencies[0]
        by_phone = self.dice.random() < 0.25  # noqa: PLR2004
        self.sent = OrderInput(
            recipient_email="" if by_phone else person.email,
            recipient_phone=person.phone if by_phone else "",
            country=self.store.country,
            currency=currency,
            language="en",
            merchant_reference1=f"{self.prefix}-{self.number}",
            merchant_reference2=f"PO {self.dice.randint(70, 99)}-{self.dice.randint(1000, 9999)}",
            lines=self._basket(currency),
            auto_capture=self._is_auto_captured(),
        )
        at = self._at(self.began)
        key = uuid.UUID(int=self.dice.getrandbits(128) ^ self.number, version=4)  # apart though the dice fall the same
        link = create_link_order(self.store, self.sent, form_key=key, access=self.access, by=self.access.actor, at=at)
        deliver_all(Message.objects.filter(subject_id=link.pk))  # later the link may be closed, and it is dropped
        self.order_id = link.order_id
        return link

    def _basket(self, currency: str) -> tuple[LineInput, ...]:
        return basket(self.dice, self.prefix, currency, self.store.default_tax_rate)

    def _is_auto_captured(self) -> bool:
        return self.dice.random() < 0.2  # noqa: PLR2004

    def _choice(self, methods: Sequence[Method]) -> str:
        return self.dice.choice(methods).code

    def _begin(self, link: PaymentLink, person: Person, within: float = 30) -> Attempt | None:
        at = self._later(self.began, 0.2, within)
        if at is None:
            return None
        account = GatewayAccount.objects.get(store=self.store, is_active=True)
        methods = offered_methods(account, self.store.country, link.order.currency, link.expires_at - at)
        pay = PayInput(
            method=self._choice(methods),
            revision=1,
            accepts_terms=True,
            email=person.email,
            phone=person.phone,
            delivery_address=dict(person.address),
        )
        return begin_payment(link.pk, pay, at=at)

    def _pay(self, link: PaymentLink, person: Person) -> None:
        attempt = self._begin(link, person)
        if attempt is None:
            return
        ending = self.dice.choices(
            (Session.State.AUTHORIZED, Session.State.UNDER_REVIEW, Session.State.DECLINED), (92, 4, 4)
        )[0]
        order = self._end(attempt, ending)
        if order.is_under_review:
            self._decide(attempt, uuid.UUID(attempt.session_reference))
        elif order.status == "authorized":
            self._capture(order)

    def _end(self, attempt: Attempt, ending: str) -> Order:
        """The customer's choice at the gateway, and what the portal hears of it."""
        choose(uuid.UUID(attempt.session_reference), ending, at=clock.now(), has_webhook=False)
        settle.check_attempt(attempt.pk, at=clock.now())
        order = Order.objects.get(pk=attempt.order_id)
        self._run_waiting(order)
        return order

    def _run_waiting(self, order: Order) -> None:
        for operation in Operation.objects.filter(order=order, state="requested"):
            operations.run(operation.pk)
        order.refresh_from_db()

    def _decide(self, attempt: Attempt, session: uuid.UUID) -> None:
        if self._later(clock.now(), 2, 400) is None:
            return
        review(session, is_approved=self.dice.random() < 0.6, at=clock.now())  # noqa: PLR2004
        settle.check_attempt(attempt.pk, at=clock.now())
        self._run_waiting(attempt.order)

    def _capture(self, order: Order) -> None:
        is_recent = self.day - self.began < timedelta(days=8)
        if self.dice.random() < (0.55 if is_recent else 0.06):
            return
        at = self._later(clock.now(), 3, 120)
        if at is not None:
            by, part = self.access.actor, self._part(order, share=0.15)
            capture_order(order.pk, key="demo", access=None, by=by, at=at, selection=part)
            self._refund(order)

    def _part(self, order: Order, share: float) -> Selection:
        """Mostly everything; sometimes one unit of the first line."""
        if self.dice.random() > share:
            return EVERYTHING
        return Selection({order.lines.order_by("position")[0].pk: 1})

    def _refund(self, order: Order) -> None:
        if self.dice.random() > 0.08:  # noqa: PLR2004
            return
        at = self._later(clock.now(), 24, 200)
        if at is not None:
            by, part = self.access.actor, self._part(order, share=0.5)
            refund_order(order.pk, key="demo", access=None, by=by, at=at, selection=part, reason="Sent back")

    def _cancel(self, link: PaymentLink) -> None:
        at = self._later(self.began, 1, 20)
        if at is not None:
            cancel_link(link.pk, access=None, by=self.access.actor, at=at)

    def _amend(self, link: PaymentLink, within: float = 20) -> None:
        """The customer wanted one more of the first line."""
        at = self._later(self.began, 1, within)
        if at is None or self.sent is None:
            return
        first, *others = self.sent.lines
        wanted = replace(self.sent, lines=(replace(first, quantity=first.quantity + 1), *others))
        key = uuid.UUID(int=self.dice.getrandbits(128) ^ self.number, version=4)
        order = Order.objects.get(pk=link.order_id)
        new = amend_order(
            order.pk, wanted, form_key=key, version=order.version, access=self.access, by=self.access.actor, at=at
        )
        deliver_all(Message.objects.filter(subject_id=new.pk))


def ask_again(until: datetime) -> None:
    """Some customers ask for a new link on the expired page."""
    expired = PaymentLink.objects.filter(status="expired", is_current=True).order_by("created_at", "pk")
    for link in expired.select_related("order"):
        dice = Random(str(link.pk))  # noqa: S311 (demo data)
        at = link.expires_at + timedelta(hours=dice.uniform(0.5, 30))
        if at < until and dice.random() < 0.25:  # noqa: PLR2004
            request_new_link(link.pk, at=at)
