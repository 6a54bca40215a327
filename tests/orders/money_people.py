"""What people do to an order besides moving a part of its money; and who acts while somebody else waits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.edit import edit_lines
from orders.actions.edit_customer import CustomerInput, edit_customer
from orders.actions.edit_references import edit_references
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.refund import refund_order
from orders.actions.unwind import unwind_order
from orders.audit import audit_order
from orders.models import Line, Operation, Order
from orders.selection import Selection
from paylinks.forms.create import OrderDraft
from paylinks.forms.duplicate import typed
from sandbox import delivery
from tests import builders
from tests.orders.money_network import surprises
from tests.orders.random_edits import captured_lines, wishes

SLOW = "bob@acme.example"  # looks at the order again only after he was refused or has acted
PEOPLE = (*["alice@acme.example", "key 3"] * 4, SLOW)
LIVED = 12  # wishes until an order may be ended

people = st.sampled_from(PEOPLE).map(lambda name: Actor("member", name))
words = st.sampled_from([None, "Astrid", "Frida"])
addresses = st.sampled_from([None, builders.ADDRESS, {**builders.ADDRESS, "street": "Hornsgatan 112"}])
customers = st.builds(
    CustomerInput,
    name=words,
    email=st.sampled_from([None, "", "astrid@example.com"]),
    phone=st.sampled_from([None, "", "+46701740635"]),
    delivery_address=addresses,
    billing_address=addresses,
)


class PeopleSide:
    """Rules and guests for the machine of `money_machine`."""

    store: ClassVar[Store]
    order: Order
    order_id: uuid.UUID
    number: int
    accepted: dict[str, int]
    last: tuple[Any, dict[str, Any]] | None
    seen: dict[str, int]
    told: dict[str, int]
    _with_fault: Callable[[Any, Any], None]
    _act: Callable[..., Any]
    _refusable: Callable[[Any], Any]
    _order: Callable[[], Order]
    _own: Callable[[], Any]
    _wait: Callable[[Any], None]

    @rule(by=people, fault=surprises, tells=st.booleans(), is_again=st.booleans())
    @precondition(lambda self: self.order.captured_amount and self.number >= LIVED)
    def unwind(self, by: Actor, fault: Any, *, tells: bool, is_again: bool) -> None:
        """End it; sent again, it goes on with what is left and moves nothing twice."""
        wish = {**self._wish(by), "tells_customer": tells}
        self._with_fault(fault, lambda: self._unwind(wish))
        if is_again:
            self._unwind(wish)

    @rule(by=people, wish=customers, first=words, second=words, what=st.integers(0, 2))
    def write(self, by: Actor, what: int, wish: CustomerInput, first: str | None, second: str | None) -> None:
        """What moves no money."""
        if what == 0:
            self._edit_customer(by, wish)
        elif what == 1:
            self._edit_references(by, first, second)
        else:
            self._duplicate()

    def _edit_customer(self, by: Actor, wish: CustomerInput) -> None:
        act = self._wish(by)
        del act["key"]
        changes = self._refusable(lambda: edit_customer(self.order_id, wish, at=clock.now(), **act))
        if changes:
            self._is_told("customer.edited", act["version"])
            order = self._order()
            held = {"name": order.customer_name, "email": order.email, "phone": order.phone}
            assert all(held[name] == text for name, text in wish.flat().items() if name in held)

    def _edit_references(self, by: Actor, first: str | None, second: str | None) -> None:
        wish = {**self._wish(by), "merchant_reference1": first, "merchant_reference2": second}
        changes = self._refusable(lambda: edit_references(self.order_id, at=clock.now(), **wish))
        if changes:
            self._is_told("references.edited", wish["version"])
            assert self._refusable(lambda: edit_references(self.order_id, at=clock.now(), **wish)) == ()

    def _duplicate(self) -> None:
        """The form reads back the very lines; what comes of it is an order of its own."""
        before = Order.objects.filter(pk=self.order_id).values().get()
        lines = Line.objects.filter(order=self.order_id, revision=self.order.revision).order_by("position")
        draft = OrderDraft(self.store, (self.store,), typed(self._order(), lines, "en"))
        assert draft.read(strict=True), draft.form.errors
        copy = builders.system_link(self.store, lines=draft.inputs).order
        assert copy.amount == before["amount"]
        assert (copy.status, copy.authorized_amount, copy.operations.count()) == ("pending", 0, 0)
        assert Order.objects.filter(pk=self.order_id).values().get() == before
        assert audit_order(copy.pk) == []

    def _is_told(self, kind: str, version: int) -> None:
        """An accepted edit was made on what its person saw, and is one event."""
        self.told[kind] = self.told.get(kind, 0) + 1
        assert self._order().version == version + 1

    def _wish(self, by: Actor) -> dict[str, Any]:
        """What every form sends: its own key, and the version of the page it was on."""
        self.number += 1
        current = self._order().version
        version = self.seen.get(by.label, current) if by.label == SLOW else current
        self.seen[by.label] = current
        return {"key": f"wish {self.number}", "version": version, "access": None, "by": by}

    def _unwind(self, wish: dict[str, Any]) -> None:
        before = self._order()
        known = set(self._own().values_list("key", flat=True))
        try:
            done = unwind_order(self.order_id, at=clock.now(), **wish)
        except DomainError:
            done = None
        # whoever came in between has noted what was accepted of them
        made = [each for each in self._own() if each.key not in known and each.key not in self.accepted]
        self.accepted |= {operation.key: operation.amount for operation in made}
        assert wish["version"] == before.version or not made or known & self._keys_of(done)
        assert {operation.kind for operation in made} <= {"release", "refund"}
        assert sum(each.amount for each in made if each.kind == "release") <= before.releasable_amount
        if done is not None:
            assert self._keys_of(done) <= {*self.accepted}

    def _keys_of(self, done: Any) -> set[str]:
        stopped = [done.stopped] if done and done.stopped else []
        return {operation.key for operation in [*(done.done if done else ()), *stopped]}

    # -- who comes in while somebody's request is on its way

    def guests(self) -> list[Callable[[], object]]:
        """Ten things somebody else may do just then; they look at the order first."""
        by = Actor("member", "carol@acme.example")
        goods = captured_lines(self._order())
        part = Selection({goods[0].pk: 1}) if goods else Selection()
        return [
            lambda: self._act(capture_order, by),
            lambda: self._act(refund_order, by, selection=part),
            lambda: self._act(edit_lines, by, wishes=wishes(self._order(), None, None, 100, [])),
            lambda: self._act(release_order, by),
            lambda: self._act(extend_order, by),
            lambda: self._act(cancel_order, by, tells_customer=False) if self.number >= LIVED else None,
            lambda: self._unwind({**self._wish(by), "tells_customer": True}),
            self.post_again,
            self.sweep_meanwhile,
            delivery.deliver_due,
        ]

    def post_again(self) -> None:
        """The double click of who waits: the same wish finds the same operation."""
        if self.last is not None:
            action, wish = self.last
            self._refusable(lambda: action(self.order_id, **{**wish, "at": clock.now()}))

    def sweep_meanwhile(self) -> None:
        """The answer takes so long that the sweep asks as well."""
        Operation.objects.filter(order=self.order_id, next_check_at__isnull=False).update(next_check_at=clock.now())
        operations.sweep_operations(clock.now())
