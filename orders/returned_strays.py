"""Money nobody expected that went back: whether it has stayed there."""

from __future__ import annotations

import uuid
from datetime import datetime

from common.db import refuse_transaction
from developers.trace import tracing
from orders.actions.reverse import reverse_stray
from orders.models import Kind, Operation, State
from payments.gateway import GatewayUnavailable, Outcome
from payments.gateways import gateway_for
from payments.models import GatewayAccount


def waits_for_a_person(account: GatewayAccount, payment_reference: str) -> bool:
    """Whether the bank sent this money back after it was refunded: nothing is done about it by itself."""
    reversals = Operation.objects.filter(is_stray=True, kind=Kind.REVERSAL, gateway_account=account)
    return reversals.filter(payment_reference=payment_reference).exists()


def check_strays(order_id: uuid.UUID, *, at: datetime) -> tuple[Operation, ...]:
    """Ask about each such refund of an order; those the bank has sent back are reversed and answered.

    Raises GatewayUnavailable.
    """
    refuse_transaction()
    refunds = Operation.objects.filter(
        order=order_id, is_stray=True, kind=Kind.REFUND, state=State.SUCCEEDED, reversal=None
    )
    found = []
    for refund in refunds.select_related("gateway_account__store"):
        with tracing(order_id=order_id, operation_id=refund.pk):
            told = gateway_for(refund.gateway_account).lookup(refund.key)
        if told is not None and told.outcome == Outcome.UNKNOWN:
            raise GatewayUnavailable(told.message)
        if told is not None and told.outcome == Outcome.DECLINED:
            found.append(reverse_stray(refund.pk, told, at=at))
    return tuple(reversal for reversal in found if reversal is not None)
