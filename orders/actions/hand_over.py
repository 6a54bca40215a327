"""An operation without an answer for a day is put before a person. Nothing is guessed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from common.actor import Actor
from orders.actions.alerts import raise_alert
from orders.actions.lock import locked
from orders.member_mail import queue_handed_over
from orders.models import Alert, Operation
from orders.models.operations import IN_FLIGHT
from orders.timeline import What, record

PATIENCE = timedelta(hours=24)  # after this long without an answer a person looks
DAILY = timedelta(days=1)  # and the gateway goes on being asked, once a day


def hand_over_silent(operation_id: uuid.UUID, *, at: datetime) -> None:
    """Put an operation before a person when nobody knows its outcome after 24 hours, once.

    Its money stays in flight and the gateway keeps being asked. To be called
    after the gateway was asked, outside of a transaction.
    """
    silent = Operation.objects.filter(pk=operation_id, state__in=sorted(IN_FLIGHT), requested_at__lte=at - PATIENCE)
    if silent.update(next_check_at=at + DAILY) and silent.filter(handed_over_at=None).exists():
        _hand_over(operation_id, at)


@transaction.atomic(durable=True)
def _hand_over(operation_id: uuid.UUID, at: datetime) -> None:
    order = locked(Operation.objects.values_list("order_id", flat=True).get(pk=operation_id))
    operation = Operation.objects.select_for_update(no_key=True, of=("self",)).get(pk=operation_id)
    if not operation.is_in_flight or operation.handed_over_at is not None:
        return
    operation.handed_over_at = at
    operation.save(update_fields=["handed_over_at"])
    data = {"kind": operation.kind, "currency": operation.currency, "before": operation.requested_at.isoformat()}
    what = What.OPERATION_HANDED_OVER
    record(order, what, by=Actor.system(), at=at, amount=operation.amount, operation=operation, data=data)
    raise_alert(order, Alert.Kind.HANDED_OVER, at=at, operation=operation)
    queue_handed_over(order, operation, at=at)
