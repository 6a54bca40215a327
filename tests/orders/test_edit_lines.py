"""Editing an order's lines and discounts: the new total, the gateway, and what was captured before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.errors import DomainError
from messaging.models import Message
from orders import operations, wording
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.cutting import Free
from orders.lines import LineInput
from orders.models import Line, LineType, Order
from orders.selection import Selection
from payments.gateways import gateway_for
from sandbox.actions import controls
from sandbox.actions.operations import settle_due
from sandbox.models import Behaviour
from tests import builders
from tests.orders.line_edits import ALICE, edit, is_sound, lines, wishes

pytestmark = pytest.mark.django_db

VASE = LineInput(LineType.PHYSICAL, "Vase", 1, 12000, 2500, "V-1")


def _capture(order: Order, key: str = "c", **units: int) -> None:
    found = {line.name.split()[0]: line.pk for line in Line.objects.filter(order=order, revision=order.revision)}
    chosen = Selection({found[name]: count for name, count in units.items()})
    capture_order(order.pk, key=key, access=None, by=ALICE, at=clock.now(), selection=chosen)
    order.refresh_from_db()


def _held(order: Order) -> int:
    return gateway_for(order.paying_account).fetch(order.session_reference).amount


def test_a_card_goes_on_holding_what_it_holds_and_the_difference_is_released_with_the_last_capture(
    store: Store,
) -> None:
    order = builders.placed_order(store)
    done = edit(order, wishes(order, drop=("Linen",)))
    assert done.operation is None
    assert (order.amount, order.authorized_amount, order.capturable_amount) == (137820, 206820, 137820)
    assert order.surplus_amount == 69000
    assert is_sound(order)
    capture_order(order.pk, key="all", access=None, by=ALICE, at=clock.now())
    order.refresh_from_db()
    assert (order.captured_amount, order.releasing_amount, order.status) == (137820, 69000, "part_captured")
    operations.run(order.operations.get(kind="release").pk)
    order.refresh_from_db()
    assert (order.released_amount, order.status) == (69000, "captured")
    assert is_sound(order)


def test_klarna_is_asked_to_reserve_more_and_only_then_the_order_changes(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    done = edit(order, wishes(order, VASE))
    assert done.operation is not None
    assert (done.operation.state, done.operation.amount) == ("succeeded", 218820)
    assert (order.amount, order.authorized_amount, order.revision) == (218820, 218820, 2)
    assert _held(order) == 218820
    assert ("Vase", 1, 12000) in lines(order)
    assert is_sound(order)


def test_klarna_lowers_at_once(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    edit(order, wishes(order, drop=("Linen",)))
    assert (order.amount, order.authorized_amount, _held(order)) == (137820, 137820, 137820)
    assert is_sound(order)


def test_a_card_cannot_hold_more_and_says_what_can_be_done(store: Store) -> None:
    order = builders.placed_order(store)
    with pytest.raises(DomainError, match=r"cannot reserve more than the 2,068.20 SEK it holds") as refused:
        edit(order, wishes(order, VASE))
    assert "create a new order for the difference of 120.00 SEK" in refused.value.message
    order.refresh_from_db()
    assert (order.revision, order.amount) == (1, 206820)
    assert is_sound(order)


def test_a_total_lowered_on_a_card_can_be_raised_again_up_to_what_it_holds(store: Store) -> None:
    order = builders.placed_order(store)
    edit(order, wishes(order, drop=("Linen",)))
    edit(order, wishes(order, VASE))
    assert (order.amount, order.surplus_amount, order.revision) == (149820, 57000, 3)
    assert is_sound(order)


def test_a_declined_change_leaves_everything_and_says_why(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    done = edit(order, wishes(order, VASE))
    assert done.operation is not None
    assert done.operation.state == "declined"
    assert (order.amount, order.revision, order.adjusting_amount) == (206820, 1, 0)
    event = order.events.get(kind="edit.declined")
    assert event.data["message"]
    assert is_sound(order)
    edit(order, wishes(order, VASE))  # the next edit takes the next free number
    assert (order.amount, order.revision) == (218820, 3)


def test_an_unknown_change_stands_in_the_way_of_money_until_the_sweep_knows(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    done = edit(order, wishes(order, VASE))
    assert done.operation is not None
    assert done.operation.state == "unknown"
    assert (order.amount, order.revision, order.adjusting_amount) == (206820, 1, 218820)
    assert order.events.filter(kind="edit.unknown").exists()
    for blocked in (lambda: _capture(order, Linen=1), lambda: edit(order, wishes(order, drop=("Linen",)))):
        with pytest.raises(DomainError, match="what became of the change of the total"):
            blocked()
    operations.resolve(done.operation.pk)
    order.refresh_from_db()
    assert (order.amount, order.revision, order.adjusting_amount) == (218820, 2, 0)
    assert is_sound(order)


def test_a_partly_captured_line_is_split_and_the_captured_part_stays(store: Store) -> None:
    order = builders.placed_order(store)
    _capture(order, Serving=1)
    assert order.captured_amount == 67734
    edit(order, wishes(order, drop=("Serving",)))
    # one bowl of 749.00 and its part of the discount stay; the other bowl is gone
    assert lines(order) == [
        ("Serving", 1, 74900),
        ("Returning", 1, -7166),
        ("Linen", 1, 69000),
        ("Home", 1, 9900),
        ("Returning", 1, -14714),
    ]
    assert order.amount == 206820 - 74900
    assert is_sound(order)
    capture_order(order.pk, key="rest", access=None, by=ALICE, at=clock.now())
    order.refresh_from_db()
    assert order.captured_amount == order.amount
    assert is_sound(order)


def test_the_discount_that_is_left_follows_only_what_was_left(store: Store) -> None:
    order = builders.placed_order(store)
    _capture(order, Serving=1)
    edit(order, wishes(order, drop=("Home",)))
    _capture(order, key="second", Linen=1)
    last = order.operations.filter(kind="capture").order_by("requested_at").last()
    assert last is not None
    # 690.00 of 1,439.00 takes that share of the 147.14 left of the discount
    assert [(piece.name.split()[0], piece.amount) for piece in last.lines.all()] == [
        ("Linen", 69000),
        ("Returning", -7055),
    ]
    assert is_sound(order)


def test_a_capture_declined_after_the_edit_leaves_its_units_to_be_captured(store: Store) -> None:
    order = builders.placed_order(store)
    _capture(order, Serving=1)
    controls.set_behaviour(Behaviour.Kind.LATE_DECLINE, at=clock.now(), times=1)
    _capture(order, key="late", Serving=1)
    assert order.capturing_amount == 67734
    edit(order, wishes(order, drop=("Home",)))
    late = order.operations.get(state="pending")
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        settle_due(clock.now())
        operations.resolve(late.pk)
        order.refresh_from_db()
        assert (order.capturing_amount, order.capturable_amount) == (0, order.amount - 67734)
        assert is_sound(order)
        capture_order(order.pk, key="rest", access=None, by=ALICE, at=clock.now())
    order.refresh_from_db()
    rest = order.operations.filter(kind="capture", state="succeeded").order_by("requested_at").last()
    assert rest is not None
    assert {piece.name.split()[0] for piece in rest.lines.all()} == {"Serving", "Linen", "Returning"}
    assert order.captured_amount == order.amount
    assert is_sound(order)


def test_what_was_captured_before_an_edit_is_refunded_as_it_was_captured(store: Store) -> None:
    order = builders.placed_order(store)
    _capture(order, Serving=1)
    edit(order, wishes(order, drop=("Linen",)))
    refund_order(order.pk, key="r", access=None, by=ALICE, at=clock.now())
    order.refresh_from_db()
    assert order.refunded_amount == 67734
    assert is_sound(order)


def test_removing_all_that_was_left_ends_the_order_and_releases_it(store: Store) -> None:
    order = builders.placed_order(store)
    _capture(order, Serving=1)
    edit(order, [])
    assert (order.amount, order.capturable_amount, order.releasing_amount) == (67734, 0, 139086)
    operations.run(order.operations.get(kind="release").pk)
    order.refresh_from_db()
    assert order.status == "captured"
    assert order.events.get(kind="order.released").data["reason"] == "total_lowered"
    assert is_sound(order)


def test_klarna_lowered_to_what_was_captured_is_captured(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    _capture(order, Serving=1)
    edit(order, [])
    assert (order.amount, order.authorized_amount, order.status) == (67734, 67734, "captured")
    assert is_sound(order)


def test_an_amount_captured_at_a_rate_stays_covered_by_lines_of_that_rate(store: Store) -> None:
    order = builders.placed_order(store)
    frees = Selection(frees=(Free(100000, 2500, "Deposit"),))
    capture_order(order.pk, key="c", access=None, by=ALICE, at=clock.now(), selection=frees)
    order.refresh_from_db()
    book = LineInput(LineType.PHYSICAL, "Book", 1, 150000, 600)
    small = LineInput(LineType.PHYSICAL, "Card", 1, 50000, 2500)
    with pytest.raises(DomainError, match=r"At 25% VAT 1,000.00 SEK has been captured, and the lines come to 500.00"):
        edit(order, wishes(order, book, small, drop=("Serving", "Linen", "Home", "Returning")))
    with pytest.raises(
        DomainError, match=r"must be at least 1,000.00 SEK, which has been captured. It comes to 500.00"
    ):
        edit(order, wishes(order, small, drop=("Serving", "Linen", "Home", "Returning")))
    edit(order, wishes(order, drop=("Linen",)))
    assert is_sound(order)


def test_nothing_changed_is_refused_and_the_same_wish_is_done_once(store: Store) -> None:
    for method in ("card", "klarna"):
        order = builders.placed_order(store, method=method)
        with pytest.raises(DomainError, match="Nothing was changed"):
            edit(order, wishes(order))
        wished = wishes(order, drop=("Linen",))
        assert edit(order, wished, key="one").is_new
        assert not edit(order, wished, key="one").is_new
        assert order.events.filter(kind="order.edited").count() == 1
        assert order.revision == 2


def test_an_old_page_changes_nothing(store: Store) -> None:
    order = builders.placed_order(store)
    wished, version = wishes(order, drop=("Linen",)), order.version
    _capture(order, Home=1)
    with pytest.raises(DomainError) as refused:
        edit(order, wished, version=version)
    assert refused.value.code == "stale"
    with pytest.raises(DomainError, match="Home delivery has been captured and cannot be changed"):
        edit(order, wished)
    assert order.revision == 1


def test_the_customer_is_told_the_old_and_the_new_total_and_the_lines(store: Store) -> None:
    order = builders.placed_order(store)
    edit(order, wishes(order, drop=("Linen",), Serving={"quantity": 1}), tells_customer=False)
    assert not Message.objects.filter(kind="order.edited").exists()
    edit(order, wishes(order, Serving={"quantity": 2}))
    told = wording.render(Message.objects.get(kind="order.edited"))
    assert told is not None
    assert "The total was 629.20 SEK and is now 1,378.20 SEK." in told.text
    assert "Serving bowl, sea green 24 cm (2 × 749.00): 1,498.00" in told.text
    assert "Linen" not in told.text
