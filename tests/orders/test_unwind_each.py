"""Each capture goes back by a refund of its own, whatever was refunded, held or kept of it before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders import operations
from orders.actions import unwind
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Line, Operation, Order
from orders.selection import Selection
from payments import sandbox_methods
from sandbox.models import Behaviour
from tests import builders
from tests.orders.twice import BOB, captured_twice, captures_of, end, fault_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(store: Store) -> Order:
    return captured_twice(store)


def _refund(order: Order, selection: Selection, by: Actor = BOB) -> Operation:
    done = refund_order(order.pk, key=str(selection), access=None, by=by, at=clock.now(), selection=selection)
    order.refresh_from_db()
    return done


def _refunds(order: Order) -> dict[str, int]:
    """What was refunded of each capture, by its key."""
    sums: dict[str, int] = {}
    for refund in Operation.objects.filter(order=order, kind="refund", state="succeeded"):
        for piece in refund.lines.all():
            assert piece.capture is not None
            sums[piece.capture.key] = sums.get(piece.capture.key, 0) + piece.amount
    return sums


def test_what_a_fee_a_free_amount_and_a_part_left_goes_back(twice: Order) -> None:
    first, second = captures_of(twice)
    linen = Line.objects.get(order=twice, name__startswith="Linen")
    _refund(twice, Selection({linen.pk: 1}, fee=Free(5000, 2500, "Return fee")))
    _refund(twice, Selection(frees=(Free(10000, 2500, "Goodwill"),)))
    done = end(twice, version=twice.version)
    assert [each.amount for each in done.done] == [76687, first.amount - 10000]
    assert _refunds(twice) == {first.key: first.amount, second.key: second.amount - 5000}
    assert (twice.withheld_amount, twice.refundable_amount) == (5000, 0)
    assert audit_order(twice.pk, asks_gateway=True) == []


def test_a_captured_free_amount_goes_back_too(store: Store) -> None:
    order = builders.placed_order(store)
    for number, amount in enumerate((30000, 40000, 5000)):
        wish: dict[str, Any] = {"access": None, "by": BOB, "at": clock.now()}
        capture_order(order.pk, key=str(number), selection=Selection(frees=(Free(amount, 2500, "Part"),)), **wish)
    assert [each.amount for each in end(order).done] == [131820, 30000, 40000, 5000]
    assert audit_order(order.pk, asks_gateway=True) == []


def test_what_a_dispute_holds_stays(twice: Order) -> None:
    first, second = captures_of(twice)
    Order.objects.filter(pk=twice.pk).update(charged_back_amount=second.amount - 100)
    done = end(twice)
    assert [each.amount for each in done.done] == [76687, first.amount, 100]
    assert twice.refundable_amount == 0


def test_a_method_that_refunds_only_whole_refunds_all_at_once(twice: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    card = sandbox_methods._card()
    whole = replace(card, capabilities=replace(card.capabilities, partial_refund=False))
    monkeypatch.setattr(sandbox_methods, "_card", lambda: whole)
    assert [each.amount for each in end(twice, "one").done] == [76687, twice.captured_amount]
    assert len(end(twice, "one").done) == 2


def test_a_customer_charged_at_once_is_refunded(store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    assert [(each.kind, each.amount) for each in end(order).done] == [("refund", builders.TOTAL)]


def test_a_form_sent_again_goes_on_after_the_refund_it_stopped_at(twice: Order) -> None:
    first, second = captures_of(twice)
    seen = twice.version
    fault_at(twice, first, "one", Behaviour.Kind.TIMEOUT_BEFORE)
    stopped = end(twice, "one", version=seen)
    assert stopped.stopped is not None
    assert (stopped.stopped.state, stopped.has_more, twice.refunded_amount) == ("unknown", True, 0)
    assert end(twice, "one", version=seen).stopped == stopped.stopped
    operations.resolve(stopped.stopped.pk)
    done = end(twice, "one", version=seen)
    assert [each.amount for each in done.done] == [76687, first.amount, second.amount]
    assert [each.pk for each in end(twice, "one", version=seen).done] == [each.pk for each in done.done]
    assert Operation.objects.filter(order=twice, kind="refund").count() == 2


def test_somebody_who_acts_between_two_refunds_stops_the_rest(twice: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    refund = unwind.refund_order

    def bob_first(*args: Any, **wish: Any) -> Operation:
        if Operation.objects.filter(order=twice, kind="refund").exists():
            _refund(twice, Selection(frees=(Free(100, 2500, "Goodwill"),)))
        return refund(*args, **wish)

    monkeypatch.setattr(unwind, "refund_order", bob_first)
    with pytest.raises(
        DomainError, match=r"766\.87 SEK released, 677\.34 SEK refunded\. .* Refunded by bob@acme"
    ) as told:
        end(twice, version=twice.version)
    assert told.value.code == "stale"
    twice.refresh_from_db()
    assert twice.refunded_amount == captures_of(twice)[0].amount + 100
