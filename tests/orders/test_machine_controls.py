"""The machine's proof is one: with a guard taken away, a few steps make it fail, and with the guard they do not."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Store
from common.actor import Actor
from orders.actions import reserve, unwind
from orders.actions.capture import capture_order
from orders.lines import LineInput
from orders.models import Kind, LineType, Operation
from paylinks import placing
from paylinks.actions import resend
from payments.sandbox_gateway import SandboxGateway
from sandbox.models import Behaviour, Control
from tests.orders.money_machine import MoneyMachine
from tests.orders.money_network import SILENT, Meanwhile, plug_in
from tests.orders.money_people import SLOW

pytestmark = pytest.mark.django_db(transaction=True)
ALICE, BOB = Actor("member", "alice@acme.example"), Actor("member", SLOW)
GOODS = LineInput(LineType.PHYSICAL, "Goods", 5, 20_000, 2500)
PART: dict[str, Any] = {"units": {0: 1}, "shares": [], "has_release": False}
Patch = pytest.MonkeyPatch


def _start(machine: MoneyMachine, *, is_waiting: bool = False) -> None:
    dice = {"is_automatic": False, "is_reviewed": False, "is_waiting": is_waiting}
    machine.place(method="klarna", lines=[GOODS], less=[], **dice)
    machine.books_agree()


def _capture(machine: MoneyMachine, fault: Any = None, by: Actor = ALICE) -> None:
    machine.capture(by=by, fault=fault, **PART)
    machine.books_agree()


def _unknown_capture(machine: MoneyMachine) -> None:
    """The gateway does not answer, and the sum is nowhere while nobody knows."""
    _start(machine)
    _capture(machine, SILENT)


def _not_counted(patch: Patch) -> None:
    patch.delitem(reserve.IN_FLIGHT_COLUMN, Kind.CAPTURE)


def _sent_again(machine: MoneyMachine) -> None:
    """The gateway has done it, nobody heard, and the sweep sends it again."""
    _start(machine)
    _capture(machine, Behaviour.Kind.TIMEOUT_AFTER)
    machine.time_passes(by=timedelta(minutes=30), fault=None)
    machine.books_agree()


def _new_key_each_time(patch: Patch) -> None:
    real = SandboxGateway.capture

    def keyless(gateway: Any, payment: str, amount: int, currency: str, lines: Any, _key: str) -> Any:
        return real(gateway, payment, amount, currency, lines, uuid.uuid4().hex)

    patch.setattr(SandboxGateway, "capture", keyless)


def _told_again(machine: MoneyMachine) -> None:
    """The webhook about a capture comes twice, after its answer."""
    _start(machine)
    _capture(machine)
    for _time in range(2):
        machine.hear_webhooks(mode=Control.Webhooks.values[0], fault=None, again=0)
        machine.books_agree()


def _settled_again(patch: Patch) -> None:
    """What is in flight would become negative: the constraint against it goes too, until the rollback."""
    patch.setattr(Operation, "is_in_flight", property(lambda _operation: True))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_order DROP CONSTRAINT order_amounts_are_not_negative")


def _swept_meanwhile(machine: MoneyMachine) -> None:
    """The sweep asks while the answer is on its way: both hear of the same movement."""
    _start(machine)
    _capture(machine, Meanwhile(8, is_done=True))


def _slow_page(machine: MoneyMachine) -> None:
    """Somebody acts on a page that was true before another acted."""
    _start(machine)
    _capture(machine, by=BOB)
    _capture(machine)
    _capture(machine, by=BOB)


def _old_page(machine: MoneyMachine) -> None:
    _start(machine)
    _capture(machine)
    machine.act_on_an_old_page(by=ALICE, verb=capture_order)
    machine.books_agree()


def _any_version(patch: Patch) -> None:
    patch.setattr(reserve, "check_version", lambda *_: None)


def _ended_twice(machine: MoneyMachine) -> None:
    """The form that ends an order is sent twice, the second time with the version it was opened with."""
    _start(machine)
    _capture(machine)
    machine.unwind(by=ALICE, fault=None, tells=True, is_again=True)
    machine.books_agree()


def _refunds_untold(patch: Patch) -> None:
    patch.setattr(unwind, "refund_order", _elsewhere(unwind.refund_order))


def _elsewhere(act: Any) -> Any:
    """The money goes back without being written down as the order's."""

    def acting(*args: Any, **named: Any) -> Any:
        operation = act(*args, **named)
        Operation.objects.filter(pk=operation.pk).update(is_stray=True)
        return operation

    return acting


def _late_for_a_dead_link(machine: MoneyMachine) -> None:
    """A closed session is authorized all the same, after its link was replaced."""
    _start(machine, is_waiting=True)
    machine.begin(link=0, old=0, method="card", fault=None)
    machine.resend(by=ALICE, fault=None, recipient="")
    machine.authorized_late(attempt=0)
    machine.books_agree()


def _kept(patch: Patch) -> None:
    patch.setattr(placing, "_reverse", lambda *_: None)


def _paid_while_replaced(machine: MoneyMachine) -> None:
    """The customer pays while the link is being replaced."""
    _start(machine, is_waiting=True)
    machine.begin(link=0, old=0, method="card", fault=None)
    machine.resend(by=ALICE, fault=Meanwhile(0, is_done=False), recipient="")
    machine.books_agree()
    assert machine.order.status == "authorized"


def _not_closed_first(patch: Patch) -> None:
    patch.setattr(resend, "after_closing", lambda _order, act, **_: act())
    patch.setattr(resend, "refuse_begun", lambda _order: None)


@dataclass(frozen=True)
class Proof:
    """Steps that end well, what has to be taken away for them to end badly, and what is said then."""

    steps: Callable[[MoneyMachine], None]
    weaken: Callable[[Patch], None]
    found: str


PROOFS = {
    "in flight": Proof(_unknown_capture, _not_counted, "capturing_amount"),
    "same key": Proof(_sent_again, _new_key_each_time, "at the gateway"),
    "settled once": Proof(_told_again, _settled_again, "captured_amount"),
    "swept once": Proof(_swept_meanwhile, _settled_again, "captured_amount"),
    "slow page": Proof(_slow_page, _any_version, "an old page"),
    "old page": Proof(_old_page, _any_version, "an old page"),
    "unwound": Proof(_ended_twice, _refunds_untold, "refund"),
    "late money": Proof(_late_for_a_dead_link, _kept, "abandoned"),
    "closed first": Proof(_paid_while_replaced, _not_closed_first, "pending"),
}


@pytest.fixture
def machine(store: Store, monkeypatch: Patch, settings: Any) -> Iterator[MoneyMachine]:
    plug_in(monkeypatch, settings)
    monkeypatch.setattr(MoneyMachine, "store", store, raising=False)
    walked = MoneyMachine()
    yield walked
    walked.roll_back()


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_with_its_guard_the_books_agree(machine: MoneyMachine, proof: Proof) -> None:
    proof.steps(machine)


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_control_without_its_guard_the_machine_finds_it(
    machine: MoneyMachine, proof: Proof, monkeypatch: Patch
) -> None:
    proof.weaken(monkeypatch)
    with pytest.raises(AssertionError, match=proof.found):
        proof.steps(machine)
