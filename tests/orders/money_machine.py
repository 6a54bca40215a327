"""A machine that does to one order whatever people, gateways and accidents may do to it."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders import operations
from orders.actions.capture import capture_order, request_capture
from orders.actions.edit import Edited, edit_lines, request_edit
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.refund import refund_order, request_refund
from orders.audit import audit_order
from orders.models import Event, Operation, Order, State
from orders.models.operations import IN_FLIGHT
from orders.states import OPEN, Status
from orders.together import refunds_of
from paylinks import settle
from paylinks.models import Attempt
from sandbox import clock as sandbox_clock
from sandbox import delivery
from sandbox.actions import controls, sessions, webhooks
from sandbox.models import Behaviour, Control, Session, Webhook
from tests import builders
from tests.orders.money_gateway import OWN_KEYS, GatewaySide
from tests.orders.money_links import LinkSide, paid
from tests.orders.money_network import SILENT, UNREACHABLE, Meanwhile, Network, faults, surprises
from tests.orders.money_people import LIVED, PeopleSide, people
from tests.orders.money_writes import writes
from tests.orders.random_edits import adds, captured_lines, drops, less_off, open_lines, quantities, wishes
from tests.orders.random_parts import goods, minus, selection_of, shares, units

SOON, LONG = timedelta(seconds=31), timedelta(minutes=30)


class MoneyMachine(GatewaySide, LinkSide, PeopleSide, RuleBasedStateMachine):
    """One order of its own per run, in a transaction that is rolled back."""

    store: ClassVar[Store]
    steps: ClassVar[int] = 0
    moved: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction._from_testcase = True  # type: ignore[attr-defined]
        self.transaction.__enter__()
        self.offset = timedelta(0)
        self.accepted: dict[str, int] = {}
        self.last: tuple[Any, dict[str, Any]] | None = None
        self.number = self.edits = 0
        self.seen: dict[str, int] = {}
        self.told: dict[str, int] = {}
        self.agreed: Any = None

    @initialize(
        method=st.sampled_from(["card"] * 4 + ["klarna"] * 4 + ["swish"]),
        lines=st.lists(goods, min_size=1, max_size=3),
        less=minus,
        is_automatic=st.sampled_from([False, False, True]),
        is_reviewed=st.sampled_from([False] * 9 + [True]),
        is_waiting=st.sampled_from([False] * 4 + [True]),
    )
    def place(self, method: str, lines: Any, less: Any, *, is_automatic: bool, **dice: bool) -> None:
        """Mostly paid at once; one of five is still to be."""
        link = builders.system_link(self.store, lines=(*lines, *less), auto_capture=is_automatic)
        self.order_id = link.order_id
        if not dice["is_waiting"]:
            outcome = "review" if dice["is_reviewed"] and method == "klarna" else "approve"
            builders.paid(link, outcome, method=method)
        self.order = self._order()

    # -- people

    @rule(by=people, fault=surprises, units=units, shares=shares, has_release=st.booleans())
    @precondition(lambda self: self.order.status in OPEN)
    def capture(self, by: Actor, fault: Any, has_release: bool, **what: Any) -> None:
        wish = {"selection": selection_of(open_lines(self.order), **what), "has_release": has_release}
        self._with_fault(fault, lambda: self._act(capture_order, by, **wish))

    @rule(
        by=people, fault=surprises, units=units, shares=shares, fee=st.sampled_from([0, 0, 500]), tells=st.booleans()
    )
    @precondition(lambda self: self.order.captured_amount)
    def refund(self, by: Actor, fault: Any, fee: int, tells: bool, **what: Any) -> None:
        selection = selection_of(captured_lines(self.order), fee=fee, **what)
        self._with_fault(fault, lambda: self._act(refund_order, by, selection=selection, tells_customer=tells))

    @rule(by=people, fault=surprises, drop=drops, quantity=quantities, off=less_off, add=adds)
    @precondition(lambda self: self.order.status in OPEN)
    def edit(self, by: Actor, fault: Any, **what: Any) -> None:
        self._with_fault(fault, lambda: self._act(edit_lines, by, wishes=wishes(self.order, **what)))

    @rule(by=people, fault=surprises, verb=st.sampled_from([cancel_order, release_order, extend_order]))
    @precondition(lambda self: self.order.status in OPEN)
    def let_go(self, by: Actor, fault: Any, verb: Any) -> None:
        if verb is cancel_order and self.number < LIVED:
            verb = extend_order  # a longer life first
        wish = {"tells_customer": True} if verb is cancel_order else {}
        self._with_fault(fault, lambda: self._act(verb, by, **wish))

    @rule(by=people, verb=st.sampled_from([capture_order, refund_order, release_order]))
    @paid
    def act_on_an_old_page(self, by: Actor, verb: Any) -> None:
        """Posted twice, and with a version that was: neither does anything new."""
        if self.last is not None:
            action, wish = self.last
            before = Operation.objects.filter(order=self.order_id).exclude(key__startswith="after-")
            count = before.count()
            self._refusable(lambda: action(self.order_id, **{**wish, "at": clock.now()}))
            assert before.all().count() == count
        stale = {"version": self._order().version - 1, "access": None, "by": by, "at": clock.now()}
        assert self._refusable(lambda: verb(self.order_id, key="old", **stale)) is None, "an old page was acted on"

    # -- accidents

    @rule(by=people, is_called=st.booleans(), units=units, shares=shares, is_refund=st.booleans(), fault=faults)
    @paid
    def die_before_settling(
        self,
        by: Actor,
        is_called: bool,
        is_refund: bool,
        fault: str | None,
        **what: Any,
    ) -> None:
        request = request_refund if is_refund else request_capture
        lines = captured_lines(self.order) if is_refund else open_lines(self.order)
        operation = self._act(request, by, version=None, selection=selection_of(lines, **what))
        if operation is not None and is_called:
            self._with_fault(fault, lambda: operations._send(operations._load(operation.pk)))

    @rule(by=people, is_called=st.booleans(), drop=drops, quantity=quantities, off=less_off, add=adds)
    @precondition(lambda self: self.order.status in OPEN)
    def die_while_editing(self, by: Actor, is_called: bool, **what: Any) -> None:
        operation = self._act(request_edit, by, wishes=wishes(self.order, **what))
        if operation is not None and is_called:
            operations._send(operations._load(operation.pk))

    # -- the gateway

    @rule(mode=st.sampled_from(Control.Webhooks.values), fault=surprises, again=st.integers(0, 20))
    def hear_webhooks(self, mode: str, fault: Any, again: int) -> None:
        """What is due, an old one once more, and from now on in another way."""
        told = list(Webhook.objects.order_by("pk").values_list("pk", flat=True))
        if again < len(told):
            webhooks.resend(told[again], clock.now())
        self._with_fault(fault, delivery.deliver_due)
        assert not Webhook.objects.filter(last_answer="500").exists()
        controls.set_webhooks(mode)

    @rule(is_approved=st.booleans(), is_heard=st.booleans())
    @precondition(lambda self: self.order.is_under_review)
    def decide_review(self, is_approved: bool, is_heard: bool) -> None:
        order = self.order
        session = Session.objects.get(pk=order.session_reference)
        if session.state == Session.State.UNDER_REVIEW:
            sessions.review(session.pk, is_approved=is_approved, at=clock.now())
        if is_heard:
            settle.check_attempt(Attempt.objects.get(order=order, state="authorized").pk, at=clock.now())

    # -- time

    @rule(by=st.sampled_from([SOON] * 4 + [LONG] * 8 + [timedelta(days=1), timedelta(days=3)]), fault=surprises)
    def time_passes(self, by: timedelta, fault: Any) -> None:
        self._wait(by)
        self.sweep_links()
        self._with_fault(fault, lambda: operations.sweep_operations(clock.now()))
        self._with_fault(fault, lambda: expire_authorizations(clock.now()))

    # -- always

    @invariant()
    def books_agree(self) -> None:
        type(self).steps += 1
        now = (self.offset, self.edits, {**self.told}, {**self.accepted}, writes())
        if now == self.agreed:
            return  # the same rows at the same time, and nothing was accepted meanwhile: they agree as before
        self.order = self._order()
        found = [str(difference) for difference in audit_order(self.order_id, asks_gateway=True)]
        assert not found, found
        # nothing lost, nothing twice
        assert dict(self._own().values_list("key", "amount")) == self.accepted
        events = Event.objects.filter(order=self.order_id)
        assert events.filter(kind="order.edited", operation=None).count() == self.edits
        for kind, count in self.told.items():
            assert events.filter(kind=kind).count() == count
        self.links_agree()
        self.agreed = now

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self._let_all_settle()
        finally:
            self.roll_back()

    def roll_back(self) -> None:
        """Leave nothing behind."""
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        sandbox_clock.remember(timedelta(0))

    def _let_all_settle(self) -> None:
        """When all faults are gone, sweeps alone bring everything to an end."""
        Behaviour.objects.all().delete()
        for rest in (LONG, LONG, timedelta(days=1), LONG, LONG):  # after a day of silence it is asked daily
            self._wait(rest)
            self.sweep_links()
            operations.sweep_operations(clock.now())
        delivery.deliver_due()
        self.all_is_told()
        self.all_went_back()
        self.books_agree()
        of_order = Operation.objects.filter(order=self.order_id)
        assert not of_order.filter(state__in=IN_FLIGHT).exclude(kind="authorize").exists()
        assert self._order().in_flight_amount == 0
        told = of_order.filter(kind="refund", state=State.SUCCEEDED, tells_customer=True)
        mails = Message.objects.filter(kind="order.refunded", order_id=self.order_id)
        named = [refund.pk for mail in mails for refund in refunds_of(mail)]
        assert len(named) == len({*named})
        assert {*told.filter(reversal=None).values_list("pk", flat=True)} <= {*named} <= {each.pk for each in told}
        edits = Event.objects.filter(order=self.order_id, kind="order.edited").count()
        assert Message.objects.filter(kind="order.edited", order_id=self.order_id).count() == edits
        type(self).moved += of_order.filter(state=State.SUCCEEDED).count()

    # -- hands

    def _wait(self, by: timedelta) -> None:
        self.offset += by
        sandbox_clock.remember(self.offset)

    def _order(self) -> Order:
        return Order.objects.get(pk=self.order_id)

    def _own(self) -> Any:
        """What somebody here wished for."""
        return Operation.objects.filter(order=self.order_id).exclude(key__regex=OWN_KEYS)

    def _act(self, action: Any, by: Actor, **wish: Any) -> Operation | None:
        wish = {**self._wish(by), **wish}
        was = self._order().version
        earlier, self.last = self.last, (action, wish)
        operation = self._refusable(lambda: action(self.order_id, at=clock.now(), **wish))
        if isinstance(operation, Edited):
            self.edits += operation.operation is None
            operation = operation.operation
        if operation is not None:
            assert wish["version"] in {None, was}, "an old page was acted on"
            self.accepted[operation.key] = operation.amount
        elif self.last == (action, wish):
            self.last = earlier
        return operation

    def _refusable(self, act: Any) -> Any:
        """What `act` answers; refused, it must have changed nothing."""
        before = Order.objects.filter(pk=self.order_id).values().get()
        try:
            return act()
        except DomainError:
            assert Order.objects.filter(pk=self.order_id).values().get() == before
            return None

    def _with_fault(self, fault: Any, act: Any) -> None:
        if isinstance(fault, Meanwhile):
            Network.guest = (lambda: self._come_in(fault.number), fault.is_done)
        elif fault in {UNREACHABLE, SILENT}:
            Network.state = fault
        elif fault:
            controls.set_behaviour(fault, at=clock.now(), times=1)
        try:
            act()
        finally:
            Network.state = Network.guest = None

    def _come_in(self, number: int) -> None:
        guests = self.link_guests() if self._order().status == Status.PENDING else self.guests()
        guests[number]()
