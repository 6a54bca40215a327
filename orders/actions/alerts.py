"""What waits for a person: raised with its cause, closed when that is settled, or dismissed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from common import times
from common.actor import Actor
from common.errors import DomainError
from orders.actions.lock import check_version, locked
from orders.entries import actor_words
from orders.messages import queue_released
from orders.models import Alert, Event, Kind, Operation, Order, State
from orders.models.operations import IN_FLIGHT
from orders.rules import Verb, obstacle
from orders.timeline import What, record
from payments.models import GatewayAccount


def raise_alert(
    order: Order, kind: str, *, at: datetime, operation: Operation | None = None, data: dict[str, Any] | None = None
) -> Alert:
    """Open an alert on a locked order; the same cause open already gets the new data."""
    alert, _is_new = Alert.objects.update_or_create(
        order=order,
        kind=kind,
        operation=operation,
        closed_at=None,
        defaults={"data": data or {}},
        create_defaults={"data": data or {}, "opened_at": at},
    )
    return alert


def close_alerts(order: Order, kind: str, *, at: datetime, operation: Operation | None = None) -> None:
    """Settle open alerts of a kind on a locked order: those of an operation, or without one all."""
    alerts = Alert.objects.filter(order=order, kind=kind, closed_at=None)
    (alerts.filter(operation=operation) if operation else alerts).update(closed_at=at)


def close_reversals(order: Order, refund: Operation, *, at: datetime) -> None:
    """A refund of a locked order makes good for refunds that came back: the same sum first, then the oldest.

    Only for what somebody knew of when it was asked for, and never for more, in minor units, than it gave.
    """
    alerts = Alert.objects.filter(order=order, kind=Alert.Kind.REFUND_REVERSED, closed_at=None)
    known = alerts.filter(operation__is_stray=False, opened_at__lte=refund.requested_at)
    left = refund.amount
    came_back = known.order_by("opened_at", "id").values_list("pk", "operation__amount")
    for alert_id, amount in sorted(came_back, key=lambda each: each[1] != refund.amount):
        if amount <= left:
            Alert.objects.filter(pk=alert_id).update(closed_at=at)
            left -= amount


def close_stray_reversals(
    order: Order, account: GatewayAccount, payment_reference: str, *, known_at: datetime, at: datetime
) -> None:
    """Money nobody expected whose refund came back by `known_at` has gone back after all: nobody needs to look."""
    alerts = Alert.objects.filter(order=order, kind=Alert.Kind.REFUND_REVERSED, closed_at=None)
    alerts = alerts.filter(opened_at__lte=known_at)
    alerts.filter(
        operation__is_stray=True, operation__gateway_account=account, operation__payment_reference=payment_reference
    ).update(closed_at=at)


def raise_half_ended(order: Order, begun: Operation, wished: dict[str, Any] | None, *, at: datetime) -> None:
    """A step of several movements has begun with one of them; what it wished stays until the last has landed.

    Raised with the reservation, so that it is there however the step stops: one
    for each order, which keeps the movement it began with.
    """
    if wished is None:
        return
    open_already = Alert.objects.filter(order=order, kind=Alert.Kind.HALF_ENDED, closed_at=None)
    if not open_already.update(data=wished):
        raise_alert(order, Alert.Kind.HALF_ENDED, at=at, operation=begun, data=wished)


def close_half_ended(order: Order, *, at: datetime) -> None:
    """Nothing captured of a locked order is left to refund, or on its way back: it is ended."""
    if order.refundable_amount <= 0 and not order.refunding_amount:
        close_alerts(order, Alert.Kind.HALF_ENDED, at=at)


@transaction.atomic(durable=True)
def dismiss_alert(
    order_id: uuid.UUID,
    alert_id: int,
    *,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> None:
    """Somebody has seen to it; one that is closed already stays so.

    Raises DomainError `stale`, with who did what, when another has dismissed it or acted since
    `version`, and `in_flight` for an operation nobody knows the end of: that settles itself.
    """
    order = locked(order_id, access=access)
    found = obstacle(order, Verb.DISMISS, access, at)
    if found is not None:
        raise found.error()
    alert = Alert.objects.filter(order=order, pk=alert_id).first()
    if alert is None or (alert.closed_at is not None and _is_own(alert, alert.closed_at, by)):
        return
    check_version(order, version)
    if alert.closed_at is not None:
        return
    if alert.kind == Alert.Kind.HANDED_OVER:
        raise DomainError("in_flight", _("This ends by itself when the gateway answers."))
    alert.closed_at = at
    alert.save(update_fields=["closed_at"])
    record(order, What.ALERT_DISMISSED, by=by, at=at, operation=alert.operation, data={"kind": alert.kind})
    if alert.kind == Alert.Kind.HALF_ENDED and alert.data.get("tells_customer"):
        _tell_of_release(order, alert, at)


def _is_own(alert: Alert, closed_at: datetime, by: Actor) -> bool:
    """Whether this person has dismissed a closed alert; raises DomainError `stale` when another has."""
    told = Event.objects.filter(order=alert.order_id, kind=What.ALERT_DISMISSED, at=closed_at)
    event = told.filter(data__kind=alert.kind).first()
    if event is not None and (event.origin, event.actor) != (by.origin, by.label):
        words = _("%(what)s by %(who)s, %(when)s.")
        names = {"what": What.ALERT_DISMISSED.label, "who": actor_words(event.origin, event.actor)}
        raise DomainError("stale", words % {**names, "when": times.stamp(event.at)})
    return event is not None


def _tell_of_release(order: Order, half_ended: Alert, at: datetime) -> None:
    """The refunds would have told of the end; without them the customer hears that the rest is let go, or will.

    The first release may have been declined, and another asked for when the end went on: the last counts.
    """
    releases = Operation.objects.filter(
        order=order, is_stray=False, kind=Kind.RELEASE, state__in=[State.SUCCEEDED, *sorted(IN_FLIGHT)]
    )
    begun_at = half_ended.operation.requested_at if half_ended.operation else half_ended.opened_at
    release = releases.filter(requested_at__gte=begun_at).order_by("requested_at").last()
    if release is None:
        return
    if release.state == State.SUCCEEDED:
        queue_released(order, release, at=at)
    else:
        release.tells_customer = True
        release.save(update_fields=["tells_customer"])
