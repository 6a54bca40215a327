"""The demo's data follow from the date: the same for a whole day, only growing with its hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import Exists, F, OuterRef

from accounts.access import access_of
from accounts.models import Grant, Store, User
from accounts.roles import Role
from common import clock, kick
from documents.models import Document
from messaging.models import Message
from orders.models import Event, Line, Operation, Order
from orders.repeats import repeated
from orders.states import Status
from orders.timeline import What
from paylinks.models import Attempt, PaymentLink
from paylinks.states import OPEN, AttemptState, LinkStatus
from portal.demo.cases import Case
from portal.management.commands.demo import ORDERS, ROUNDS, SHARES, fill, size_of
from sandbox.actions import controls
from sandbox.models import Control

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 20, 12, 34, 56, 789, tzinfo=UTC)
NIGHT = NOON.replace(hour=23, minute=30)
FEW = {"CF1004211": 10, "CF1004301": 4}
ONE_OF_EACH = dict.fromkeys(SHARES, 0)
ENOUGH = 5  # of each state, to be found without searching
STILL_OPEN: dict[str, Any] = {"links__is_current": True, "links__expires_at__gt": NIGHT}
STATES: dict[str, dict[str, Any]] = {
    **{status.value: {"status": status} for status in Status},
    "under review": {"is_under_review": True},
    "part refunded": {"refunded_amount__gt": 0, "refunded_amount__lt": F("captured_amount")},
    "refunded": {"refunded_amount__gt": 0, "refunded_amount": F("captured_amount")},
    **{
        f"link {status.value}": {"links__status": status, "links__is_current": True}
        for status in set(LinkStatus) - OPEN
    },
    **{f"link {status.value}": {"links__status": status, **STILL_OPEN} for status in OPEN},
    "edited": {"events__kind": What.ORDER_EDITED},
    "edited references": {"events__kind": What.REFERENCES_EDITED},
    "edited customer": {"events__kind": What.CUSTOMER_EDITED},
    "amended": {"events__kind": What.ORDER_AMENDED, "links__number": 2, **STILL_OPEN},
    "released": {"events__kind": What.ORDER_RELEASED},
    "extended": {"events__kind": What.ORDER_EXTENDED},
    "return fee": {"operations__lines__type": "return_fee"},
}
SHOWN: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Order, ("pk", "reference", "status", "amount", "captured_amount", "payment_label", "created_at", "placed_at")),
    (Line, ("order", "position", "name", "quantity", "total_amount")),
    (PaymentLink, ("pk", "order", "number", "recipient", "status", "created_at", "requested_at", "created_by")),
    (Event, ("order", "seq", "kind", "at", "actor", "amount")),
    (Operation, ("pk", "order", "kind", "state", "amount", "requested_at", "gateway_reference")),
    (Message, ("pk", "kind", "state", "created_at")),
    (Document, ("pk", "subject_id", "state", "created_at", "ready_at")),
)


@pytest.fixture(autouse=True)
def _quiet(settings: Any) -> Iterator[None]:
    settings.LINK_LIMITS = dict.fromkeys(settings.LINK_LIMITS, 10**9)  # as the command does
    kick.rest(60)
    yield
    kick.awake()
    clock.stop(None)


def told(now: datetime, shares: dict[str, int] = FEW, rounds: int = 0) -> list[set[tuple[Any, ...]]]:
    """What a demo filled at `now` shows."""
    cache.clear()  # limits against floods
    call_command("flush", interactive=False, verbosity=0)
    controls.set_webhooks(Control.Webhooks.NEVER)
    fill(now, shares, rounds)
    return [set(model.objects.values_list(*fields)) for model, fields in SHOWN]


def test_filled_twice_it_is_the_same_to_the_microsecond_and_no_slip_waits() -> None:
    first = told(NOON, {"CF1004211": 4}, rounds=1)
    assert all(first)
    assert told(NOON + timedelta(microseconds=1), {"CF1004211": 4}, rounds=1) == first
    assert len(first[0]) in range(19, 22)
    lives: dict[Any, list[datetime]] = {}
    for order, at in Event.objects.order_by("seq").values_list("order", "at"):
        lives.setdefault(order, []).append(at)
    assert all(life == sorted(life) for life in lives.values())
    _assert_slips_were_made_when_asked_for()


def _assert_slips_were_made_when_asked_for() -> None:
    """What a worker made later would stand in the timeline with today's time."""
    assert not Document.objects.exclude(state=Document.State.READY).exists()
    made = Event.objects.filter(kind=What.SLIP_MADE)
    moved = Event.objects.filter(order=OuterRef("order"), kind__in=(What.ORDER_CAPTURED, What.ORDER_REFUNDED))
    just_before = moved.filter(at__lt=OuterRef("at"), at__gte=OuterRef("at") - timedelta(minutes=1))
    assert made.exists()
    assert not made.exclude(Exists(just_before)).exists()


def test_one_purchase_was_made_twice_and_people_and_stores_are_there_without_any_other() -> None:
    told(NOON, {})
    access = access_of(User.objects.get(email="alice@example.com"), NOON)
    assert access is not None
    assert Order.objects.filter(repeated(access)).count() == 2
    roles = Grant.objects.filter(member__merchant__name="Fjällbo Keramik").values_list("role", flat=True)
    assert set(roles) == {*Role}, "somebody of every role"
    assert set(Store.objects.filter(terms_url="").values_list("mid", flat=True)) == {"CF1004213"}, "one without terms"


def test_an_hour_later_the_past_is_the_same() -> None:
    """What had been decided stays; only open ends have moved on."""
    earlier, later = told(NOON), told(NOON + timedelta(hours=6))
    assert earlier[1] <= later[1]
    assert earlier[3] <= later[3]


def test_every_state_stands_in_every_store_until_night_and_the_books_agree(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    told(NIGHT, ONE_OF_EACH, rounds=1)
    found = {
        name: list(Order.objects.filter(**wanted).distinct().values_list("store__mid", flat=True))
        for name, wanted in STATES.items()
    }
    assert {name for name, mids in found.items() if set(mids) != set(SHARES)} == set()
    assert {name for name, mids in found.items() if len(mids) * ROUNDS < ENOUGH} == set()
    settings.SANDBOX_TRANSPORT = "wsgi"
    call_command("audit", "--gateway")
    assert capsys.readouterr().out.startswith("0 differences in ")


def test_a_payment_nobody_finished_ends_soon_after_its_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.management.commands.demo.CASES", ((80 * 24, Case.is_being_paid),))
    told(NOON, ONE_OF_EACH, rounds=1)
    ended = Attempt.objects.filter(state=AttemptState.ABANDONED, link__status=LinkStatus.EXPIRED)
    waits = ended.annotate(wait=F("link__expired_at") - F("link__expires_at")).values_list("wait", flat=True)
    assert len(waits) == len(SHARES)
    assert max(waits) <= timedelta(days=1, minutes=15)


def test_there_are_about_400() -> None:
    assert ORDERS in range(390, 411)
    assert size_of(ORDERS) == (SHARES, ROUNDS)


def test_fewer_can_be_asked_for() -> None:
    assert size_of(0) == (ONE_OF_EACH, 0)
    shares, rounds = size_of(60)
    assert rounds == 0
    assert sum(shares.values()) in range(50, 61)
