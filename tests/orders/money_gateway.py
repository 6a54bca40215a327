"""What happens at the gateway without us: money moved in its own portal, refunds that come back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from common import clock
from common.actor import Actor
from orders.models import Alert, Operation, Order
from orders.models.operations import IN_FLIGHT
from orders.syncing import sync_order
from payments.gateway import GatewayUnavailable
from sandbox import delivery
from sandbox.actions import by_hand
from sandbox.actions.operations import settle_due
from sandbox.models import Movement
from sandbox.refusals import Refusal
from tests.orders.money_links import paid
from tests.orders.money_network import faults

OWN_KEYS = "^(authorize|auto|charge|after|gateway|reversal|stray)-"  # of what nobody here wished for

hearings = st.sampled_from(["webhook", "sync", "both"])


class GatewaySide:
    """Rules for the machine of `money_machine`; whatever moved is heard of before the step ends."""

    order: Order
    order_id: uuid.UUID
    _with_fault: Callable[[Any, Any], None]
    _order: Callable[[], Order]

    @rule(
        kind=st.sampled_from(["capture", "refund"]),
        percent=st.sampled_from([1, 30, 100]),
        heard=hearings,
        fault=faults,
    )
    @paid
    def move_by_hand(self, kind: str, percent: int, heard: str, fault: str | None) -> None:
        """A sum that fits what we know: what is in flight here may have arrived there or not."""
        if kind == "capture" and self.order.adjusting_amount:
            return  # it may fit when the new total is known, and is told as a difference until then
        left = self.order.capturable_amount if kind == "capture" else self.order.refundable_amount
        self._happens(lambda: self._move(kind, max(left, 0) * percent // 100), heard, fault)

    @rule(
        kind=st.sampled_from(["void", "release", "extend", "extend"]),
        dice=st.integers(0, 5),
        heard=hearings,
        fault=faults,
    )
    @paid
    def let_go_by_hand(self, kind: str, dice: int, heard: str, fault: str | None) -> None:
        """Only with nothing in flight: afterwards nobody could tell what it was taken from."""
        if kind == "extend" or (dice == 0 and not self._waiting().exists()):
            self._happens(lambda: self._move(kind, None), heard, fault)

    @rule(which=st.integers(0, 9), heard=hearings, fault=faults)
    @paid
    def refund_comes_back(self, which: int, heard: str, fault: str | None) -> None:
        there = Movement.objects.filter(
            payment=uuid.UUID(self.order.payment_reference), kind="refund", state="succeeded"
        )
        found = list(there.order_by("created_at", "pk"))
        if found:
            movement = found[which % len(found)]
            session = uuid.UUID(self.order.session_reference)
            self._happens(lambda: by_hand.fail_refund(movement.pk, session, clock.now()), heard, fault)

    @rule(fault=faults)
    @paid
    def press_sync(self, fault: str | None) -> None:
        self._with_fault(fault, self._sync)

    def _move(self, kind: str, amount: int | None) -> None:
        by_hand.move_by_hand(uuid.UUID(self.order.session_reference), kind, amount=amount, at=clock.now())

    def _happens(self, act: Callable[[], object], heard: str, fault: str | None) -> None:
        try:
            act()
        except Refusal:
            return
        if heard != "sync":
            self._with_fault(fault, delivery.deliver_due)
        if heard != "webhook":
            self._with_fault(fault, self._sync)
        # whatever became of the telling, the next who presses the button hears of it
        settle_due(clock.now())
        done = sync_order(self.order_id, by=Actor.system(), at=clock.now())
        assert not done.findings, done.findings
        if heard == "both":
            assert not sync_order(self.order_id, by=Actor.system(), at=clock.now()).booked

    def _sync(self) -> None:
        try:
            sync_order(self.order_id, by=Actor.system(), at=clock.now())
        except GatewayUnavailable:
            return

    def _waiting(self) -> Any:
        here = Operation.objects.filter(order=self.order_id, state__in=IN_FLIGHT)
        return here.exclude(kind__in=["authorize", "extend"])

    def all_is_told(self) -> None:
        """When everything has settled, the books agree and only people are waited for."""
        if not self._order().session_reference:
            return
        done = sync_order(self.order_id, by=Actor.system(), at=clock.now())
        assert (done.booked, done.findings, done.is_waiting) == ((), (), False)
        open_alerts = Alert.objects.filter(order=self.order_id, closed_at=None).exclude(kind="refund_reversed")
        assert not open_alerts.exclude(kind="half_ended").exists()
        assert not open_alerts.exists() or self._order().refundable_amount > 0
        reversals = Operation.objects.filter(order=self.order_id, kind="reversal").count()
        assert Alert.objects.filter(order=self.order_id, kind="refund_reversed").count() == reversals
