"""What every gateway must do with reserved money."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from payments.gateway import Outcome


def capture(bench: Any, paid: Any, amount: int, key: str) -> Any:
    return bench.gateway.capture(paid.payment_reference, amount, "SEK", (), key)


def refund(bench: Any, paid: Any, amount: int, key: str) -> Any:
    return bench.gateway.refund(paid.payment_reference, amount, "SEK", (), key)


def test_a_capture_takes_what_is_named(bench: Any) -> None:
    paid = bench.paid()
    result = capture(bench, paid, 206820, "key-1")
    assert result.outcome == Outcome.SUCCEEDED
    assert result.amount == 206820
    now = bench.gateway.fetch(paid.session_reference)
    assert now.captured_amount == 206820
    assert [(m.kind, m.key, m.reference) for m in now.movements] == [("capture", "key-1", result.reference)]


def test_the_same_key_moves_money_once(bench: Any) -> None:
    paid = bench.paid()
    first = capture(bench, paid, 100, "key-1")
    assert capture(bench, paid, 100, "key-1") == first
    assert bench.gateway.fetch(paid.session_reference).captured_amount == 100


def test_a_key_cannot_mean_two_things(bench: Any) -> None:
    paid = bench.paid()
    capture(bench, paid, 100, "key-1")
    assert capture(bench, paid, 200, "key-1").outcome == Outcome.DECLINED
    assert refund(bench, paid, 100, "key-1").outcome == Outcome.DECLINED
    assert bench.gateway.fetch(paid.session_reference).captured_amount == 100


def test_never_more_is_captured_than_reserved(bench: Any) -> None:
    paid = bench.paid()
    assert capture(bench, paid, 200000, "key-1").outcome == Outcome.SUCCEEDED
    assert capture(bench, paid, 6821, "key-2").outcome == Outcome.DECLINED
    assert capture(bench, paid, 6820, "key-3").outcome == Outcome.SUCCEEDED


def test_never_more_is_refunded_than_captured(bench: Any) -> None:
    paid = bench.paid()
    capture(bench, paid, 1000, "key-1")
    assert refund(bench, paid, 600, "key-2").outcome == Outcome.SUCCEEDED
    assert refund(bench, paid, 401, "key-3").outcome == Outcome.DECLINED
    assert refund(bench, paid, 400, "key-4").outcome == Outcome.SUCCEEDED
    assert bench.gateway.fetch(paid.session_reference).refunded_amount == 1000


def test_another_currency_is_declined(bench: Any) -> None:
    paid = bench.paid()
    result = bench.gateway.capture(paid.payment_reference, 100, "EUR", (), "key-1")
    assert result.outcome == Outcome.DECLINED
    assert result.code == "currency_mismatch"


def test_a_void_lets_go_of_everything(bench: Any) -> None:
    paid = bench.paid()
    assert bench.gateway.void(paid.payment_reference, "key-1").outcome == Outcome.SUCCEEDED
    assert bench.gateway.fetch(paid.session_reference).released_amount == 206820
    assert capture(bench, paid, 1, "key-2").outcome == Outcome.DECLINED


def test_a_void_after_a_capture_is_declined(bench: Any) -> None:
    paid = bench.paid()
    capture(bench, paid, 1, "key-1")
    assert bench.gateway.void(paid.payment_reference, "key-2").outcome == Outcome.DECLINED


def test_the_rest_is_released_after_a_capture(bench: Any) -> None:
    paid = bench.paid()
    assert bench.gateway.release_remaining(paid.payment_reference, "k1").outcome == Outcome.DECLINED
    capture(bench, paid, 6820, "k2")
    result = bench.gateway.release_remaining(paid.payment_reference, "k3")
    assert (result.outcome, result.amount) == (Outcome.SUCCEEDED, 200000)


def test_an_expired_hold_cannot_be_captured(bench: Any) -> None:
    paid = bench.paid()
    bench.move_clock(days=7, seconds=1)
    result = capture(bench, paid, 100, "key-1")
    assert (result.outcome, result.code) == (Outcome.DECLINED, "authorization_expired")


def test_only_a_method_that_can_extends_and_its_end_wins(bench: Any) -> None:
    for method in bench.gateway.methods("SE", "SEK"):
        paid = bench.paid(method=method.code)
        bench.move_clock(days=3)
        result = bench.gateway.extend(paid.payment_reference, f"extend-{method.code}")
        assert (result.outcome == Outcome.SUCCEEDED) == method.capabilities.extend
        now = bench.gateway.fetch(paid.session_reference)
        assert (now.expires_at > paid.expires_at) == method.capabilities.extend
        assert not result.expires_at or result.expires_at == now.expires_at


@pytest.mark.parametrize("amount", [300000, 100])
def test_only_a_method_that_can_changes_its_total(bench: Any, amount: int) -> None:
    for method in bench.gateway.methods("SE", "SEK"):
        paid = bench.paid(method=method.code)
        can = method.capabilities
        result = bench.gateway.update_authorization(paid.payment_reference, amount, (), f"adjust-{method.code}")
        allowed = can.increase if amount > paid.amount else can.decrease
        assert (result.outcome == Outcome.SUCCEEDED) == allowed
        wanted = amount if allowed else paid.amount
        assert bench.gateway.fetch(paid.session_reference).amount == wanted


def test_under_review_only_a_void_is_possible(bench: Any) -> None:
    paid = bench.paid("review")
    assert capture(bench, paid, 1, "key-1").code == "under_review"
    assert bench.gateway.void(paid.payment_reference, "key-2").outcome == Outcome.SUCCEEDED


def test_an_unknown_payment_is_declined(bench: Any) -> None:
    result = bench.gateway.void(str(uuid.uuid4()), "key-1")
    assert result.outcome == Outcome.DECLINED


def test_a_key_the_gateway_never_heard_is_none(bench: Any) -> None:
    assert bench.gateway.lookup("never") is None


@pytest.mark.parametrize("fault", ["timeout_before", "error"])
def test_a_silent_failure_is_unknown_and_was_not_done(bench: Any, fault: str) -> None:
    paid = bench.paid()
    bench.next_answer(fault)
    assert capture(bench, paid, 100, "key/1 a").outcome == Outcome.UNKNOWN
    assert bench.gateway.lookup("key/1 a") is None
    assert bench.gateway.fetch(paid.session_reference).captured_amount == 0


def test_a_timeout_after_the_effect_is_unknown_and_was_done(bench: Any) -> None:
    paid = bench.paid()
    bench.next_answer("timeout_after")
    assert capture(bench, paid, 100, "key-1").outcome == Outcome.UNKNOWN
    found = bench.gateway.lookup("key-1")
    assert (found.outcome, found.amount) == (Outcome.SUCCEEDED, 100)
    assert capture(bench, paid, 100, "key-1") == found
    assert bench.gateway.fetch(paid.session_reference).captured_amount == 100


def test_a_declined_operation_stays_declined(bench: Any) -> None:
    paid = bench.paid()
    bench.next_answer("decline")
    assert capture(bench, paid, 100, "key-1").outcome == Outcome.DECLINED
    assert capture(bench, paid, 100, "key-1").outcome == Outcome.DECLINED
    assert bench.gateway.lookup("key-1").outcome == Outcome.DECLINED
    assert capture(bench, paid, 100, "key-2").outcome == Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("fault", "end", "total"),
    [("late", Outcome.SUCCEEDED, 206820), ("late_decline", Outcome.DECLINED, 0)],
)
def test_a_late_answer_is_pending_and_holds_the_money(bench: Any, fault: str, end: str, total: int) -> None:
    paid = bench.paid()
    bench.next_answer(fault)
    assert capture(bench, paid, 206820, "key-1").outcome == Outcome.PENDING
    assert capture(bench, paid, 1, "key-2").outcome == Outcome.DECLINED
    assert bench.gateway.fetch(paid.session_reference).captured_amount == 0
    bench.move_clock(minutes=1)
    assert bench.gateway.lookup("key-1").outcome == end
    assert bench.gateway.fetch(paid.session_reference).captured_amount == total
