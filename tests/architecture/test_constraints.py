"""The database refuses what the rules forbid, whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import AuditEntry, Store
from common import clock
from common.actor import Actor
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Alert, AuditRun, Event, Line, Operation, Order, UnclaimedPayment, UnclaimedReturn
from orders.selection import Selection
from paylinks.models import Attempt, PaymentLink
from tests import builders
from tests.api import strangers

pytestmark = pytest.mark.django_db

ORDER_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("captured_and_released_is_at_most_authorized", {"capturing_amount": F("authorized_amount") + 1}),
    ("captured_and_released_is_at_most_authorized", {"released_amount": F("authorized_amount") + 1}),
    (
        "order_amount_covers_what_is_captured",
        {"capturing_amount": F("amount") + 1, "authorized_amount": F("amount") + 1},
    ),
    ("asked_total_covers_what_is_captured", {"adjusting_amount": 1, "capturing_amount": 2}),
    ("refunded_is_at_most_captured", {"refunding_amount": 1}),
    ("refunded_is_at_most_captured", {"charged_back_amount": 1}),
    ("refunded_is_at_most_captured", {"withheld_amount": 1}),
    ("refunded_is_at_most_captured", {"withholding_amount": 1}),
    ("order_amounts_are_not_negative", {"captured_amount": -1}),
    ("order_amounts_are_not_negative", {"amount": 0}),
    ("pending_order_was_never_authorized", {"status": "pending"}),
    ("cancelled_order_has_its_time", {"status": "cancelled"}),
    ("expired_order_has_its_time", {"status": "expired"}),
    ("captured_order_has_a_capture", {"status": "captured"}),
    ("order_has_a_recipient", {"email": "", "phone": ""}),
]
LINE_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("line_total_is_quantity_times_price_less_discount", {"total_amount": F("total_amount") + 1}),
    ("line_tax_rate_is_at_most_100_percent", {"tax_rate": 10001}),
    ("line_sign_follows_its_type", {"type": "discount"}),
]


def _refused(name: str, write: Any) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write()


@pytest.mark.parametrize(("name", "values"), ORDER_ROWS)
def test_an_illegal_order_is_refused(store: Store, name: str, values: dict[str, Any]) -> None:
    order = builders.placed_order(store)
    _refused(name, lambda: Order.objects.filter(pk=order.pk).update(**values))


def test_what_a_fee_kept_can_be_charged_back_late(store: Store) -> None:
    """A bank asks nobody: true money is booked, and the order's books agree with it."""
    order = builders.captured_order(store)
    whole = {line.pk: line.quantity for line in order.lines.filter(type__in=["physical", "shipping_fee"])}
    wish = Selection(whole, fee=Free(5000, 2500, "Return fee"))
    refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now(), selection=wish)
    Order.objects.filter(pk=order.pk).update(charged_back_amount=5000)
    order.refresh_from_db()
    assert (order.withheld_amount, order.refundable_amount) == (5000, -5000)
    assert audit_order(order.pk, asks_gateway=True) == []


@pytest.mark.parametrize(("name", "values"), LINE_ROWS)
def test_an_illegal_line_is_refused(store: Store, name: str, values: dict[str, Any]) -> None:
    link = builders.system_link(store)
    line = Line.objects.filter(order=link.order_id).first()
    assert line is not None
    _refused(name, lambda: Line.objects.filter(pk=line.pk).update(**values))


def test_a_link_lives_48_hours_to_the_microsecond(store: Store) -> None:
    link = builders.system_link(store)
    for change in (timedelta(microseconds=1), timedelta(hours=-1)):
        row = PaymentLink.objects.filter(pk=link.pk)
        _refused(
            "a_link_lives_48_hours", lambda row=row, change=change: row.update(expires_at=link.expires_at + change)
        )


def test_a_link_does_not_expire_before_its_end(store: Store) -> None:
    link = builders.system_link(store)
    early = {"status": "expired", "expired_at": link.expires_at - timedelta(seconds=1)}
    _refused("link_expires_only_past_its_end", lambda: PaymentLink.objects.filter(pk=link.pk).update(**early))


def test_an_order_is_authorized_once(store: Store) -> None:
    order = builders.placed_order(store)
    attempt = Attempt.objects.get(order=order)
    attempt.pk, attempt.session_reference, attempt._state.adding = None, "another", True
    attempt.id = builders.uuid.uuid4()
    _refused("order_is_authorized_once", lambda: attempt.save(force_insert=True))


def test_only_a_reversal_names_a_refund(store: Store) -> None:
    order = builders.captured_order(store)
    capture = Operation.objects.get(order=order, kind="capture")
    name = "only_a_reversal_names_a_refund"
    _refused(name, lambda: Operation.objects.filter(pk=capture.pk).update(kind="reversal"))
    _refused(name, lambda: Operation.objects.filter(order=order, kind="authorize").update(reverses=capture))


def test_one_cause_has_one_open_alert(store: Store) -> None:
    order, at = builders.placed_order(store), clock.now()
    operation = Operation.objects.get(order=order)
    first = Alert.objects.create(order=order, kind="difference", opened_at=at)
    _refused("one_open_alert", lambda: Alert.objects.create(order=order, kind="difference", opened_at=at))
    _refused("alert_names_its_operation", lambda: Alert.objects.create(order=order, kind="handed_over", opened_at=at))
    _refused("alert_names_its_operation", lambda: Alert.objects.filter(pk=first.pk).update(operation=operation))
    Alert.objects.filter(pk=first.pk).update(closed_at=at)
    Alert.objects.create(order=order, kind="difference", opened_at=at)


def test_one_audit_runs_at_a_time(db: None) -> None:
    AuditRun.objects.create(started_at=clock.now())
    _refused("one_audit_runs_at_a_time", lambda: AuditRun.objects.create(started_at=clock.now()))


UNCLAIMED_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("open_unclaimed_payment_is_looked_at_again", {"next_check_at": None}),
    ("open_unclaimed_payment_is_looked_at_again", {"closed_at": Now()}),
    ("only_a_closed_unclaimed_payment_is_noted", {"noted_at": Now()}),
    ("unclaimed_amount_is_positive", {"amount": 0}),
]
RETURN_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("settled_return_has_its_time", {"state": "succeeded"}),
    ("return_amount_is_positive", {"amount": 0}),
    ("return_gives_back", {"kind": "capture"}),
    ("only_a_refund_made_comes_back", {"came_back_at": Now()}),
]


def test_an_illegal_unclaimed_payment_is_refused(store: Store) -> None:
    payment = strangers.heard(store)
    for name, values in UNCLAIMED_ROWS:
        _refused(name, lambda values=values: UnclaimedPayment.objects.filter(pk=payment.pk).update(**values))
    for name, values in RETURN_ROWS:
        _refused(name, lambda values=values: UnclaimedReturn.objects.filter(payment=payment).update(**values))
    again = UnclaimedReturn.objects.get(payment=payment)
    again.pk, again.key = None, "other"
    _refused("one_return_at_a_time", lambda: again.save(force_insert=True))
    payment.pk = builders.uuid.uuid4()
    _refused("unclaimed_is_found_once", lambda: payment.save(force_insert=True))


def test_a_gateway_reference_is_booked_once(store: Store) -> None:
    operation = Operation.objects.get(order=builders.placed_order(store), kind="authorize")
    operation.id, operation.key = builders.uuid.uuid4(), "other"
    _refused("gateway_reference_is_booked_once", lambda: operation.save(force_insert=True))


@pytest.mark.parametrize("model", [Event, AuditEntry])
def test_what_happened_cannot_be_changed_or_deleted(store: Store, model: Any) -> None:
    builders.placed_order(store)
    assert model.objects.exists()
    for write in (lambda: model.objects.update(at=clock.now()), lambda: model.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()
