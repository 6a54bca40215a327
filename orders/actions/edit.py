"""Edit the lines and discounts of an order that was paid: plan, reserve, call, settle.

References that change in the same wish are written with the lines, or not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from orders import operations
from orders.actions.edit_references import write_references
from orders.actions.lock import locked
from orders.actions.reserve import key_of, ready, reserve
from orders.actions.turn import turn_to, write_lines
from orders.editing.plan import Wish, plan_edit
from orders.models import Event, Kind, Operation, Order
from orders.rules import Verb
from orders.timeline import What

_Wish = ParamSpec("_Wish")


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of a wish. Without an `operation` the gateway had not to be asked, and it is done."""

    order: Order
    operation: Operation | None = None
    is_new: bool = True


@transaction.atomic(durable=True)
def request_edit(
    order_id: uuid.UUID,
    wishes: Sequence[Wish],
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
    tells_customer: bool = True,
    references: Mapping[str, str] | None = None,
) -> Edited:
    """Write `wishes` under the order's lock in place of the lines that were not captured.

    Captured and in flight <= new total <= what the gateway holds; raising needs
    the gateway's yes, and where it cannot lower, the difference is released with
    the last capture (the rule of editing). Where the gateway has not to be asked
    the lines are current at once, otherwise when the operation has succeeded;
    `references` are the shop's own and stay written when the gateway declines.
    The same key does nothing twice. Raises DomainError as capturing does, what
    `plan_edit` finds, and what editing references raises.
    """
    name = key_of(Kind.ADJUST, order_id, key)
    order = locked(order_id, access=access)
    if Event.objects.filter(order=order, kind=What.ORDER_EDITED, data__key=name).exists():
        return Edited(order, is_new=False)
    order, earlier = ready(order_id, Verb.EDIT_LINES, name, version=version, access=access, at=at)
    if earlier is not None:
        return Edited(order, earlier, is_new=False)
    if references:
        write_references(order, references, access=access, by=by, at=at)
    plan = plan_edit(order, wishes)
    revision = plan.standing.revision
    write_lines(order, revision, plan.parts)
    if not plan.is_asked:
        turn_to(order, revision, tells_customer=tells_customer, by=by, at=at, key=name)
        return Edited(order)
    operation = reserve(
        order,
        Kind.ADJUST,
        plan.asked_amount,
        name,
        by=by,
        at=at,
        revision=revision,
        tells_customer=tells_customer,
    )
    return Edited(order, operation)


def _carried_out(request: Callable[_Wish, Edited]) -> Callable[_Wish, Edited]:
    """As `operations.carried_out`, where the gateway may not have to be asked."""

    @wraps(request)
    def act(*args: _Wish.args, **kwargs: _Wish.kwargs) -> Edited:
        edited = request(*args, **kwargs)
        if edited.operation is None:
            return edited
        return replace(edited, operation=operations.run(edited.operation.pk))

    return act


edit_lines = _carried_out(request_edit)
