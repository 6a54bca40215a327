"""Sync payments: ask the gateway outside any transaction, book what we lack, report the rest."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from common.actor import Actor
from common.db import refuse_transaction
from developers.trace import tracing
from orders import operations
from orders.actions.report import note_agreement, report_differences
from orders.actions.sync import book_movements
from orders.audit import Finding, findings_of, load
from orders.failed_refunds import with_failed_refunds
from orders.models import Operation, Order, State
from orders.models.operations import IN_FLIGHT
from orders.returned_strays import check_strays
from payments.gateways import gateway_for

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did: movements booked, differences that stay, and whether something is still not known."""

    booked: tuple[Operation, ...]
    findings: tuple[Finding, ...]
    is_waiting: bool

    @property
    def is_clean(self) -> bool:
        """Our books and the gateway's agree."""
        return not self.findings and not self.is_waiting


def sync_order(order_id: uuid.UUID, *, by: Actor, at: datetime) -> Synced:
    """Bring an order's books up to what its gateway says. Raises GatewayUnavailable.

    Operations in flight are looked up first, and whether money nobody expected stayed
    where it went. Somebody may act while the gateway
    is asked: then it is asked again before a difference is believed.
    """
    refuse_transaction()
    _resolve(order_id, at)
    booked = [*check_strays(order_id, at=at)]
    for _try in range(_TRIES):
        seen = Order.objects.select_related("gateway_account__store").get(pk=order_id)
        with tracing(order_id=order_id):
            snapshot = gateway_for(seen.paying_account).fetch(seen.session_reference)
            snapshot = with_failed_refunds(seen, snapshot)
        done = book_movements(order_id, snapshot, seen=seen.version, at=at)
        booked += done.operations
        books = load(order_id)
        findings = findings_of(books, snapshot)
        is_still = (done.before, done.after) == (seen.version, books.order.version)
        if not findings or is_still:
            break
    report_differences(order_id, findings, by=by, at=at)
    is_waiting = Operation.objects.filter(_in_flight(order_id)).exists()
    found = Synced(tuple(booked), tuple(findings), is_waiting)
    if found.is_clean:
        note_agreement(order_id, at=at)
    return found


def _resolve(order_id: uuid.UUID, at: datetime) -> None:
    """Ask what became of operations in flight, but for those a request is just sending."""
    asked = Operation.objects.filter(_in_flight(order_id)).exclude(state=State.REQUESTED, next_check_at__gt=at)
    for key in list(asked.values_list("pk", flat=True)):
        operations.resolve(key)


def _in_flight(order_id: uuid.UUID) -> Q:
    """An authorization under review is pending too, but nobody waits for its answer here."""
    return Q(order=order_id, state__in=sorted(IN_FLIGHT)) & ~Q(kind="authorize")
