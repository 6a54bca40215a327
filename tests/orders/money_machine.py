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
from orders.cutting import Free
from orders.lines import LineInput
from orders.models import Event, Line, LineType, Operation, Order, State
from orders.models.operations import IN_FLIGHT
from orders.selection import EVERYTHING, Selection
from orders.states import OPEN
from paylinks import settle
from paylinks.models import Attempt
from payments.gateway import GatewayUnavailable
from sandbox import clock as sandbox_clock
from sandbox import delivery
from sandbox.actions import controls, sessions, webhooks
from sandbox.models import Behaviour, Control, Session, Webhook
from tests import builders
from tests.orders.money_gateway import OWN_KEYS, SILENT, UNREACHABLE, GatewaySide, faults
from tests.orders.random_edits import adds, captured_lines, drops, less_off, open_lines, quantities, wishes

RATES = (2500, 1200, 0)
SOON, LONG = timedelta(seconds=31), timedelta(minutes=30)
PEOPLE = ("alice@acme.example", "bob@acme.example", "key 3")
LIVED = 12  # wishes until an order may be cancelled

people = st.sampled_from(PEOPLE).map(lambda name: Actor("member", name))
goods = st.builds(
    LineInput,
    st.sampled_from([LineType.PHYSICAL, LineType.DIGITAL, LineType.SHIPPING_FEE]),
    st.just("Goods"),
    st.integers(1, 9),
    st.integers(100, 99_999),
    st.sampled_from(RATES),
)
minus = st.lists(
    st.builds(
        LineInput,
        st.sampled_from([LineType.DISCOUNT, LineType.GIFT_CARD]),
        st.just("Less"),
        st.just(1),
        st.integers(-80, -1),
        st.just(0),
    ),
    max_size=1,
)
units = st.dictionaries(st.integers(0, 3), st.sampled_from([1, 1, 1, 2]), max_size=2)
# percent of a line, at its rate
shares = st.lists(st.tuples(st.sampled_from([3, 10, 20, 40, 110]), st.integers(0, 3)), max_size=2)


class Network:
    """Between us and the gateway; `state` is what happens to the next requests."""

    state: ClassVar[str | None] = None

    @classmethod
    def pass_or_fail(cls) -> None:
        """Raise as the client would."""
        if cls.state is not None:
            raise GatewayUnavailable("The network is away.", was_sent=cls.state == SILENT)


class MoneyMachine(GatewaySide, RuleBasedStateMachine):
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

    @initialize(
        method=st.sampled_from(["card"] * 4 + ["klarna"] * 4 + ["swish"]),
        lines=st.lists(goods, min_size=1, max_size=3),
        less=minus,
        is_automatic=st.sampled_from([False, False, True]),
        is_reviewed=st.sampled_from([False] * 4 + [True]),
    )
    def place(self, method: str, lines: Any, less: Any, *, is_automatic: bool, is_reviewed: bool) -> None:
        link = builders.system_link(self.store, lines=(*lines, *less), auto_capture=is_automatic)
        outcome = "review" if is_reviewed and method == "klarna" else "approve"
        self.order_id = builders.paid(link, outcome, method=method).pk
        self.order = self._order()

    # -- people

    @rule(by=people, fault=faults, units=units, shares=shares, has_release=st.booleans())
    @precondition(lambda self: self.order.status in OPEN)
    def capture(self, by: Actor, fault: str | None, has_release: bool, **what: Any) -> None:
        wish = {"selection": self._selection(open_lines(self.order), **what), "has_release": has_release}
        self._with_fault(fault, lambda: self._act(capture_order, by, **wish))

    @rule(by=people, fault=faults, units=units, shares=shares, fee=st.sampled_from([0, 0, 500]), tells=st.booleans())
    @precondition(lambda self: self.order.captured_amount)
    def refund(self, by: Actor, fault: str | None, fee: int, tells: bool, **what: Any) -> None:
        selection = self._selection(captured_lines(self.order), fee=fee, **what)
        self._with_fault(fault, lambda: self._act(refund_order, by, selection=selection, tells_customer=tells))

    @rule(by=people, fault=faults, drop=drops, quantity=quantities, off=less_off, add=adds)
    @precondition(lambda self: self.order.status in OPEN)
    def edit(self, by: Actor, fault: str | None, **what: Any) -> None:
        self._with_fault(fault, lambda: self._act(edit_lines, by, wishes=wishes(self.order, **what)))

    @rule(by=people, fault=faults, verb=st.sampled_from([cancel_order, release_order, extend_order]))
    @precondition(lambda self: self.order.status in OPEN)
    def let_go(self, by: Actor, fault: str | None, verb: Any) -> None:
        if verb is cancel_order and self.number < LIVED:
            verb = extend_order  # a longer life first
        wish = {"tells_customer": True} if verb is cancel_order else {}
        self._with_fault(fault, lambda: self._act(verb, by, **wish))

    @rule(by=people, verb=st.sampled_from([capture_order, refund_order, release_order]))
    def act_on_an_old_page(self, by: Actor, verb: Any) -> None:
        """Posted twice, and with a version that was: neither does anything new."""
        if self.last is not None:
            action, wish = self.last
            before = Operation.objects.filter(order=self.order_id).exclude(key__startswith="after-")
            count = before.count()
            self._refusable(lambda: action(self.order_id, **{**wish, "at": clock.now()}))
            assert before.all().count() == count
        stale = {"version": self._order().version - 1, "access": None, "by": by, "at": clock.now()}
        assert self._refusable(lambda: verb(self.order_id, key="old", **stale)) is None

    # -- accidents

    @rule(by=people, is_called=st.booleans(), units=units, shares=shares, is_refund=st.booleans(), fault=faults)
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
        operation = self._act(request, by, version=None, selection=self._selection(lines, **what))
        if operation is not None and is_called:
            self._with_fault(fault, lambda: operations._send(operations._load(operation.pk)))

    @rule(by=people, is_called=st.booleans(), drop=drops, quantity=quantities, off=less_off, add=adds)
    @precondition(lambda self: self.order.status in OPEN)
    def die_while_editing(self, by: Actor, is_called: bool, **what: Any) -> None:
        operation = self._act(request_edit, by, wishes=wishes(self.order, **what))
        if operation is not None and is_called:
            operations._send(operations._load(operation.pk))

    # -- the gateway

    @rule(mode=st.sampled_from(Control.Webhooks.values), fault=faults, again=st.integers(0, 20))
    def hear_webhooks(self, mode: str, fault: str | None, again: int) -> None:
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
            settle.check_attempt(Attempt.objects.get(order=order).pk, at=clock.now())

    # -- time

    @rule(by=st.sampled_from([SOON] * 4 + [LONG] * 8 + [timedelta(days=1), timedelta(days=3)]), fault=faults)
    def time_passes(self, by: timedelta, fault: str | None) -> None:
        self._wait(by)
        self._with_fault(fault, lambda: operations.sweep_operations(clock.now()))
        self._with_fault(fault, lambda: expire_authorizations(clock.now()))

    # -- always

    @invariant()
    def books_agree(self) -> None:
        type(self).steps += 1
        self.order = self._order()
        found = [str(difference) for difference in audit_order(self.order_id, asks_gateway=True)]
        assert not found, found
        own = Operation.objects.filter(order=self.order_id).exclude(key__regex=OWN_KEYS)
        assert dict(own.values_list("key", "amount")) == self.accepted  # nothing lost, nothing twice
        edited = Event.objects.filter(order=self.order_id, kind="order.edited")
        assert edited.filter(operation=None).count() == self.edits

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self._let_all_settle()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            sandbox_clock.remember(timedelta(0))

    def _let_all_settle(self) -> None:
        """When all faults are gone, sweeps alone bring everything to an end."""
        Behaviour.objects.all().delete()
        for rest in (LONG, LONG, timedelta(days=1), LONG, LONG):  # after a day of silence it is asked daily
            self._wait(rest)
            operations.sweep_operations(clock.now())
        delivery.deliver_due()
        self.all_is_told()
        self.books_agree()
        of_order = Operation.objects.filter(order=self.order_id)
        assert not of_order.filter(state__in=IN_FLIGHT).exclude(kind="authorize").exists()
        assert self._order().in_flight_amount == 0
        told = of_order.filter(kind="refund", state=State.SUCCEEDED, tells_customer=True)
        messages = Message.objects.filter(kind="order.refunded", subject_id__in=told.values("pk"))
        assert messages.count() == told.count()
        edits = Event.objects.filter(order=self.order_id, kind="order.edited").count()
        assert Message.objects.filter(kind="order.edited", order_id=self.order_id).count() == edits
        type(self).moved += of_order.filter(state=State.SUCCEEDED).count()

    # -- hands

    def _wait(self, by: timedelta) -> None:
        self.offset += by
        sandbox_clock.remember(self.offset)

    def _order(self) -> Order:
        return Order.objects.get(pk=self.order_id)

    def _selection(self, of: list[Line], units: Any, shares: Any, fee: int = 0) -> Selection:
        if not of or (not units and not shares):
            return EVERYTHING
        lines = [of[index % len(of)] for index in range(4)]
        quantities = {lines[index].pk: count for index, count in units.items()}
        frees = [(lines[index], percent) for percent, index in shares]
        parts = tuple(
            Free(max(line.total_amount * percent // 100, 1), line.tax_rate, "Part") for line, percent in frees
        )
        return Selection(quantities, parts, Free(fee, 2500, "Return fee") if fee else None)

    def _act(self, action: Any, by: Actor, **wish: Any) -> Operation | None:
        self.number += 1
        wish = {**wish, "key": f"wish {self.number}", "access": None, "by": by}
        operation = self._refusable(lambda: action(self.order_id, at=clock.now(), **wish))
        if isinstance(operation, Edited):
            self.edits += operation.operation is None
            operation = operation.operation
        if operation is not None:
            self.accepted[operation.key] = operation.amount
            self.last = (action, wish)
        return operation

    def _refusable(self, act: Any) -> Any:
        """What `act` answers; refused, it must have changed nothing."""
        before = Order.objects.filter(pk=self.order_id).values().get()
        try:
            return act()
        except DomainError:
            assert Order.objects.filter(pk=self.order_id).values().get() == before
            return None

    def _with_fault(self, fault: str | None, act: Any) -> None:
        if fault in {UNREACHABLE, SILENT}:
            Network.state = fault
        elif fault:
            controls.set_behaviour(fault, at=clock.now(), times=1)
        try:
            act()
        finally:
            Network.state = None
