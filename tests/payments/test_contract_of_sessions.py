"""What every gateway must do with a customer's attempt to pay."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from common import clock
from payments.gateway import GatewayRefused, GatewayUnavailable, SessionState


def test_a_begun_session_is_open_and_has_an_address(bench: Any) -> None:
    begun = bench.begin()
    snapshot = bench.gateway.fetch(begun.session_reference)
    assert begun.redirect_url.startswith("http")
    assert snapshot.state == SessionState.OPEN
    assert (snapshot.amount, snapshot.currency) == (206820, "SEK")
    assert snapshot.our_reference == "attempt-1"


def test_the_same_reference_begins_the_same_session(bench: Any) -> None:
    request = bench.request()
    assert bench.gateway.begin(request) == bench.gateway.begin(request)


def test_a_reference_cannot_be_used_for_another_sum(bench: Any) -> None:
    bench.begin(reference="one")
    with pytest.raises(GatewayRefused):
        bench.begin(reference="one", amount=1)


def test_an_approved_session_is_authorized_with_its_window(bench: Any) -> None:
    snapshot = bench.paid()
    assert snapshot.state == SessionState.AUTHORIZED
    assert snapshot.amount == 206820
    assert snapshot.payment_reference
    assert snapshot.label
    window = timedelta(days=bench.gateway.method("card").window_days)
    assert snapshot.expires_at - snapshot.authorized_at == window
    assert snapshot.captured_amount == 0


@pytest.mark.parametrize(
    ("outcome", "state"), [("decline", SessionState.DECLINED), ("cancel", SessionState.CANCELLED)]
)
def test_an_unpaid_session_says_how_it_ended(bench: Any, outcome: str, state: str) -> None:
    snapshot = bench.paid(outcome)
    assert snapshot.state == state
    assert snapshot.payment_reference == ""


def test_no_answer_leaves_the_session_open(bench: Any) -> None:
    assert bench.paid("no_answer").state == SessionState.OPEN


def test_a_closed_session_cannot_be_paid(bench: Any) -> None:
    begun = bench.begin()
    assert bench.gateway.close(begun.session_reference).state == SessionState.CLOSED
    bench.customer(begun, "approve")
    assert bench.gateway.fetch(begun.session_reference).state == SessionState.CLOSED


def test_closing_what_has_just_succeeded_answers_authorized(bench: Any) -> None:
    begun = bench.begin()
    bench.customer(begun, "approve")
    assert bench.gateway.close(begun.session_reference).state == SessionState.AUTHORIZED


def test_a_session_ends_at_its_time(bench: Any) -> None:
    begun = bench.begin(expires_at=clock.now() + timedelta(minutes=15))
    bench.move_clock(minutes=16)
    bench.customer(begun, "approve")
    assert bench.gateway.fetch(begun.session_reference).state == SessionState.CLOSED


def test_a_session_that_would_be_over_is_refused(bench: Any) -> None:
    with pytest.raises(GatewayRefused):
        bench.begin(expires_at=clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_review_ends_either_way(bench: Any, is_approved: bool) -> None:
    waiting = bench.paid("review")
    assert waiting.state == SessionState.UNDER_REVIEW
    assert waiting.authorized_at
    bench.decide_review(waiting.session_reference, is_approved=is_approved)
    decided = bench.gateway.fetch(waiting.session_reference)
    wanted = SessionState.AUTHORIZED if is_approved else SessionState.REJECTED
    assert decided.state == wanted
    assert decided.authorized_at == waiting.authorized_at


def test_a_method_that_charges_at_once_arrives_captured(bench: Any) -> None:
    snapshot = bench.paid(method="swish")
    assert snapshot.charged_at_once
    assert snapshot.captured_amount == snapshot.amount == 206820
    assert [movement.key for movement in snapshot.movements] == [""]


def test_another_sum_than_asked_for_is_told(bench: Any) -> None:
    assert bench.paid("other_amount").amount == 206920


def test_an_unknown_session_is_unknown(bench: Any) -> None:
    assert bench.gateway.fetch(str(uuid.uuid4())).state == SessionState.UNKNOWN
    assert bench.gateway.fetch("no-such-thing").state == SessionState.UNKNOWN


def test_one_account_cannot_see_another_accounts_session(bench: Any, globex: Any, at: Any) -> None:
    from payments.actions import connect_sandbox
    from payments.gateways import gateway_for

    begun = bench.begin()
    stranger = gateway_for(connect_sandbox(globex.store, at))
    assert stranger.fetch(begun.session_reference).state == SessionState.UNKNOWN
    assert stranger.close(begun.session_reference).state == SessionState.UNKNOWN
    assert bench.gateway.fetch(begun.session_reference).state == SessionState.OPEN


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error"])
def test_a_begin_without_answer_can_be_begun_again(bench: Any, fault: str) -> None:
    request = bench.request()
    bench.next_answer(fault)
    with pytest.raises(GatewayUnavailable) as caught:
        bench.gateway.begin(request)
    assert caught.value.was_sent
    assert bench.gateway.begin(request).session_reference


def test_a_refused_begin_leaves_nothing(bench: Any) -> None:
    bench.next_answer("decline")
    with pytest.raises(GatewayRefused):
        bench.begin()


def test_the_account_is_accepted(bench: Any) -> None:
    bench.gateway.check_config()
