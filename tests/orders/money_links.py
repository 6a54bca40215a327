"""An order nobody has paid yet: its link, its customer at the gateway, and people who change their minds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders.actions.redraft import content_of
from orders.lines import LineInput
from orders.models import LineType, Order, State
from orders.states import Status
from paylinks import settle
from paylinks.actions.amend import amend_order
from paylinks.actions.begin import begin_payment
from paylinks.actions.cancel import cancel_link
from paylinks.actions.expire import expire_links
from paylinks.actions.request import request_new_link
from paylinks.actions.resend import resend_link
from paylinks.actions.withdraw import withdraw_order
from paylinks.models import Attempt, PaymentLink
from payments.gateway import GatewayUnavailable
from sandbox import delivery
from sandbox.actions import sessions
from sandbox.models import Payment, Session
from sandbox.refusals import Refusal
from tests import builders
from tests.orders.money_network import surprises
from tests.orders.money_people import people

CONTACTS = ("frida.nystrom@example.com", "astrid@example.com")
which = st.integers(0, 9)
outcomes = st.sampled_from(["authorized", "authorized", "authorized", "under_review", "declined", "cancelled"])
additions = st.builds(
    LineInput,
    st.just(LineType.PHYSICAL),
    st.just("Added"),
    st.integers(1, 3),
    st.integers(100, 9_999),
    st.sampled_from([2500, 0]),
)
waiting = precondition(lambda self: self.order.status == Status.PENDING)
paid = precondition(lambda self: bool(self.order.session_reference))


class LinkSide:
    """Rules and guests for the machine of `money_machine`; the customer may have any page the order ever had."""

    order: Order
    order_id: uuid.UUID
    number: int
    _with_fault: Callable[[Any, Any], None]
    _order: Callable[[], Order]
    _wish: Callable[[Actor], dict[str, Any]]

    @rule(link=which, old=st.sampled_from([0, 0, 0, 1]), method=st.sampled_from(["card", "klarna"]), fault=surprises)
    @waiting
    def begin(self, link: int, old: int, method: str, fault: Any) -> None:
        """Usually the newest link; an old page says the version it showed."""
        links = list(PaymentLink.objects.filter(order=self.order_id).order_by("-number"))
        page = links[link % len(links) if old else 0]
        revision = max(self._order().revision - old, 1)
        was_closed = not page.is_open(clock.now()) or not page.is_current or revision != self._order().revision
        self._with_fault(fault, lambda: self._begin(page, revision, method, is_closed=was_closed))

    @rule(attempt=which, outcome=outcomes, is_told=st.booleans(), is_back=st.booleans(), fault=surprises)
    @precondition(lambda self: Attempt.objects.filter(order=self.order_id).exists())
    def choose(self, attempt: int, outcome: str, fault: Any, *, is_told: bool, is_back: bool) -> None:
        """The customer decides at the gateway, in whichever tab."""
        found = self._attempt(attempt)
        if not found.session_reference:
            return
        self._choose(found, outcome, is_told=is_told)
        if is_back:
            self._with_fault(fault, lambda: self._check(found))

    @rule(attempt=which)
    @waiting
    def authorized_late(self, attempt: int) -> None:
        """The gateway said the session was closed, and authorized it all the same; this time it tells."""
        found = self._attempt(attempt)
        if found is None or not found.session_reference:
            return
        closed = Session.objects.filter(pk=found.session_reference, state="closed", payment=None)
        if closed.update(state="open", finished_at=None):
            self._choose(found, "authorized", is_told=True)
            settle.check_attempt(found.pk, at=clock.now())

    @rule(by=people, fault=surprises, add=additions, recipient=st.sampled_from(CONTACTS))
    @waiting
    def amend(self, by: Actor, fault: Any, add: LineInput, recipient: str) -> None:
        self._with_fault(fault, lambda: self._amend(by, add, recipient))

    @rule(by=people, fault=surprises, recipient=st.sampled_from(["", *CONTACTS]))
    @waiting
    def resend(self, by: Actor, fault: Any, recipient: str) -> None:
        self._with_fault(fault, lambda: self._resend(by, recipient))

    @rule(by=people, fault=surprises, dice=st.integers(0, 3))
    @waiting
    def cancel_or_ask(self, by: Actor, fault: Any, dice: int) -> None:
        """Now and then the link is cancelled, seldom the order; the customer of an expired one asks for another."""
        if dice == 0:
            self._with_fault(fault, lambda: self._withdraw(by))
        elif dice == 1:
            self._with_fault(fault, lambda: self._cancel(by))
        else:
            request_new_link(self._link().pk, at=clock.now())

    def sweep_links(self) -> None:
        """As beat does."""
        settle.sweep_attempts(clock.now())
        expire_links(clock.now())

    # -- hands

    def _begin(self, page: PaymentLink, revision: int, method: str, *, is_closed: bool = False) -> None:
        try:
            begin_payment(page.pk, builders.pay_input(method=method, revision=revision), at=clock.now())
        except DomainError:
            return
        assert not is_closed

    def _choose(self, attempt: Attempt, outcome: str, *, is_told: bool) -> None:
        if outcome == "under_review" and attempt.method != "klarna":
            outcome = "authorized"
        try:
            sessions.choose(uuid.UUID(attempt.session_reference), outcome, at=clock.now(), has_webhook=is_told)
        except Refusal:
            return

    def _check(self, attempt: Attempt) -> None:
        try:
            settle.check_attempt(attempt.pk, at=clock.now())
        except GatewayUnavailable:
            return

    def _amend(self, by: Actor, add: LineInput, recipient: str) -> None:
        wish = self._wish(by)
        order, key = self._order(), uuid.uuid4()
        content = content_of(order)
        lines = tuple(LineInput(*(getattr(line, name) for name in LineInput.__slots__)) for line in content.lines)
        wanted = builders.order_input(
            lines=(*lines[:4], replace(add, name=f"Added {self.number}")),
            recipient_email=recipient,
            merchant_reference1=order.merchant_reference1,
        )
        fields = {"form_key": key, "version": wish["version"], "access": None, "by": by, "at": clock.now()}
        try:
            link = amend_order(self.order_id, wanted, **fields)
        except DomainError:
            assert not PaymentLink.objects.filter(form_key=key).exists()
            return
        assert amend_order(self.order_id, wanted, **fields).pk == link.pk  # sent again
        now = self._order()
        assert (now.revision, now.amount) == (order.revision + 1, sum(line.total_amount for line in wanted.lines))

    def _resend(self, by: Actor, recipient: str) -> None:
        link = self._link()
        try:
            new = resend_link(link.pk, access=None, by=by, at=clock.now(), recipient=recipient)
        except DomainError:
            return
        assert (new.number, new.revision) == (link.number + 1, self._order().revision)

    def _cancel(self, by: Actor) -> None:
        try:
            cancel_link(self._link().pk, access=None, by=by, at=clock.now())
        except DomainError:
            return

    def _withdraw(self, by: Actor) -> None:
        try:
            withdraw_order(self.order_id, at=clock.now(), tells_customer=False, **self._wish(by))
        except DomainError:
            return
        assert self._order().status == Status.CANCELLED

    def _link(self) -> PaymentLink:
        return PaymentLink.objects.get(order=self.order_id, is_current=True)

    def _attempt(self, number: int) -> Any:
        found = list(Attempt.objects.filter(order=self.order_id).order_by("-begun_at"))
        return found[number % len(found)] if found else None

    def link_guests(self) -> list[Callable[[], object]]:
        """Ten things that may happen just then to an order nobody has paid."""
        by = Actor("member", "carol@acme.example")
        newest, revision = self._link(), self._order().revision
        attempt = self._attempt(0)

        def pays() -> None:
            if attempt is not None and attempt.session_reference:
                self._choose(attempt, "authorized", is_told=True)

        def pays_and_is_back() -> None:
            pays()
            if attempt is not None:
                self._check(attempt)

        return [
            pays,
            pays_and_is_back,
            lambda: self._begin(newest, revision, "card"),
            lambda: self._amend(by, LineInput(LineType.PHYSICAL, "Added", 1, 500, 2500), CONTACTS[0]),
            lambda: self._resend(by, CONTACTS[1]),
            lambda: self._cancel(by),
            lambda: self._withdraw(by),
            self.sweep_links,
            pays_and_is_back,
            delivery.deliver_due,
        ]

    # -- always

    def links_agree(self) -> None:
        """Paid once, with one link; what the gateway holds beside that is on its way back, or will be asked about."""
        done = PaymentLink.objects.filter(order=self.order_id, status="completed")
        assert done.count() == (self.order.authorized_at is not None)
        for attempt in self._beside():
            returned = self.order.operations.filter(is_stray=True, payment_reference=str(self._payment(attempt).pk))
            assert returned.exists() or attempt.next_check_at is not None, attempt.state

    def all_went_back(self) -> None:
        """At the end nothing is held beside the order's own payment, and each who paid in vain was told once."""
        beside = self._beside()
        for attempt in beside:
            totals = self._payment(attempt).totals
            assert totals.certain("void", "refund") == self._payment(attempt).amount
            mine = self.order.operations.filter(is_stray=True, payment_reference=attempt.payment_reference)
            assert mine.filter(state=State.SUCCEEDED).count() == 1
        told = Message.objects.filter(order_id=self.order_id, kind="order.money_returned")
        assert told.count() == len(beside)

    def _payment(self, attempt: Attempt) -> Payment:
        return Payment.objects.get(session=attempt.session_reference)

    def _beside(self) -> list[Attempt]:
        """Attempts for which the gateway holds or held money that is not the order's."""
        found = Attempt.objects.filter(order=self.order_id).exclude(session_reference=self.order.session_reference)
        paid_for = {str(pk) for pk in Payment.objects.values_list("session", flat=True)}
        return [each for each in found if each.session_reference in paid_for]
