"""What chance makes too rarely: for each state an order or a link can stand in, some of every store that sells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from common import clock
from orders.actions.capture import capture_order
from orders.actions.edit import edit_lines
from orders.actions.edit_customer import CustomerInput, edit_customer
from orders.actions.edit_references import edit_references
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.refund import refund_order
from orders.cutting import Free
from orders.editing.plan import Wish
from orders.editing.standing import standing_of
from orders.lines import LineInput
from orders.models import Line, Order
from orders.selection import EVERYTHING, Selection
from payments.gateway import Method
from portal.demo.catalogue import customer
from portal.demo.stories import Story
from sandbox.models import Session

_KEY = "demo"
Telling = Callable[["Case"], None]


@dataclass
class Case(Story):
    """An order led to one state, by the same actions as every other; all of it happened before today."""

    method: str = "klarna"  # holds for 28 days, and knows how to extend and to adjust

    def tell_as(self, telling: Telling) -> None:
        """Lead it to its state; the mail of the last step goes out too."""
        telling(self)
        self._deliver()

    def is_open(self) -> None:
        """Its link was sent and not opened yet."""
        self._send(customer(self.dice, self.store.country))

    def has_run_out(self) -> None:
        """Its link was sent, and nobody came."""
        self._send(customer(self.dice, self.store.country))

    def is_being_paid(self) -> None:
        """The customer has gone to pay, and not come back yet."""
        person = customer(self.dice, self.store.country)
        self._begin(self._send(person), person, within=1.5)

    def was_amended(self) -> None:
        """Its second link is open."""
        self._amend(self._send(customer(self.dice, self.store.country)), within=10)

    def was_withdrawn(self) -> None:
        """Its link was cancelled before anybody paid."""
        self._cancel(self._send(customer(self.dice, self.store.country)))

    def is_under_review(self) -> None:
        """The gateway has not decided yet."""
        self._sold(Session.State.UNDER_REVIEW)

    def is_authorized(self) -> None:
        """Everything is reserved, nothing captured."""
        self._sold()

    def has_expired(self) -> None:
        """Nobody captured it while a card's hold stood."""
        self.method = "card"
        self._sold()

    def was_cancelled(self) -> None:
        """Paid for, then no longer wanted."""
        order = self._sold()
        cancel_order(order.pk, key=_KEY, **self._by(5), tells_customer=True, reason="Ordered the wrong size")

    def is_part_captured(self) -> None:
        """One unit has left, the rest waits."""
        self._sold_in_part()

    def was_released(self) -> None:
        """One unit has left, the rest will not come."""
        order = self._sold_in_part()
        release_order(order.pk, key=_KEY, **self._by(40), tells_customer=True)

    def was_extended(self) -> None:
        """Made to order: the hold would have ended before it is ready."""
        order = self._sold()
        self._at(clock.now() + timedelta(days=17))
        extend_order(order.pk, key=_KEY, **self._by(5))

    def was_edited(self) -> None:
        """One more of the first line, another reference, another address."""
        order = self._sold()
        first, *others = standing_of(order).open
        more = replace(first.line, quantity=first.line.quantity + 1)
        wishes = [Wish(more, first.source), *(Wish(part.line, part.source) for part in others)]
        edit_lines(order.pk, wishes, key=_KEY, **self._by(5))
        edit_references(order.pk, merchant_reference2=f"PO {self.number} changed", **self._by(3))
        moved = customer(self.dice, self.store.country)
        address = {"street": moved.street, "postal_code": moved.postal_code, "city": moved.city}
        wish = CustomerInput(phone=moved.phone, delivery_address={**order.delivery_address, **address})
        edit_customer(order.pk, wish, **self._by(3))

    def was_sent_back(self) -> None:
        """Everything captured, everything refunded."""
        order = self._captured()
        refund_order(order.pk, key=_KEY, **self._by(100), selection=EVERYTHING, reason="Sent back unopened")

    def was_sent_back_in_part(self) -> None:
        """One unit refunded, less what the return cost."""
        order = self._captured()
        line = self._first(order)
        fee = Free(line.unit_price // 10, line.tax_rate, "Return fee")
        part = Selection({line.pk: 1}, fee=fee)
        refund_order(order.pk, key=_KEY, **self._by(100), selection=part, reason="One came back used")

    def _sold(self, ending: str = Session.State.AUTHORIZED) -> Order:
        person = customer(self.dice, self.store.country)
        attempt = self._begin(self._send(person), person)
        assert attempt is not None  # noqa: S101 - a case lies in the past
        return self._end(attempt, ending)

    def _sold_in_part(self) -> Order:
        order = self._sold()
        capture_order(order.pk, key=_KEY, **self._by(40), selection=Selection({self._first(order).pk: 1}))
        order.refresh_from_db()
        return order

    def _captured(self) -> Order:
        order = self._sold()
        capture_order(order.pk, key=_KEY, **self._by(40))
        order.refresh_from_db()
        return order

    def _by(self, hours: float) -> dict[str, Any]:
        """Who does the next thing, and when: up to so many hours later."""
        self._deliver()
        at = self._at(clock.now() + timedelta(hours=self.dice.uniform(0.5, hours)))
        return {"access": self.access, "by": self.access.actor, "at": at}

    def _first(self, order: Order) -> Line:
        return order.lines.order_by("position")[0]

    def _basket(self, currency: str) -> tuple[LineInput, ...]:
        """More than one unit, so that a part is not all of it."""
        first, *others = super()._basket(currency)
        return (replace(first, quantity=max(first.quantity, 2)), *others)

    def _choice(self, methods: Sequence[Method]) -> str:
        return self.method

    def _is_auto_captured(self) -> bool:
        return False


# hours before today that each began, and up to 6 more: what is open must stay so for the whole day
CASES: tuple[tuple[int, Telling], ...] = (
    (2, Case.is_open),
    (10 * 24, Case.has_run_out),
    (2, Case.is_being_paid),
    (14, Case.was_amended),
    (60, Case.was_withdrawn),
    (48, Case.is_under_review),
    (72, Case.is_authorized),
    (12 * 24, Case.has_expired),
    (9 * 24, Case.was_cancelled),
    (6 * 24, Case.is_part_captured),
    (14 * 24, Case.was_released),
    (20 * 24, Case.was_extended),
    (5 * 24, Case.was_edited),
    (25 * 24, Case.was_sent_back),
    (18 * 24, Case.was_sent_back_in_part),
)
