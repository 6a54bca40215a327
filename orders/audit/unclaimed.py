"""Money no order expects: none of it stands still, and what we say went back has gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from developers.trace import tracing
from orders.actions.hand_over import PATIENCE
from orders.audit.differences import Difference
from orders.audit.run import NO_ANSWER
from orders.models import UnclaimedPayment
from orders.owed import owed
from payments.gateway import GatewayUnavailable
from payments.gateways import gateway_for


def audit_unclaimed(at: datetime, *, asks_gateway: bool = False) -> Iterator[Difference]:
    """What has not gone back within a day, and with the gateway's word what it holds or took after all.

    What came back and was settled another way stays where it is. Repairs nothing.
    """
    late = UnclaimedPayment.objects.filter(closed_at=None, came_back_at=None, found_at__lte=at - PATIENCE)
    for payment in late:
        yield Difference(payment.pk, "money no order expects", "given back within a day", payment.amount)
    if not asks_gateway:
        return
    closed = UnclaimedPayment.objects.filter(closed_at__isnull=False).exclude(returns__came_back_at__isnull=False)
    for payment in closed.select_related("gateway_account__store").order_by("pk").iterator():
        yield from _held(payment, at)


def _held(payment: UnclaimedPayment, at: datetime) -> Iterator[Difference]:
    try:
        with tracing(operation_id=payment.pk):
            snapshot = gateway_for(payment.gateway_account).fetch(payment.session_reference)
    except GatewayUnavailable as error:
        yield Difference(payment.pk, NO_ANSWER, "an answer", error.message)
        return
    due = owed(snapshot, at)
    if due is not None:
        yield Difference(payment.pk, "money no order expects at the gateway", 0, due[1])
