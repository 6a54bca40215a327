"""Money nobody expected: written down, given back at once, shown and told."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.roles import Permission
from common import times
from common.actor import Actor
from common.errors import DomainError
from common.kick import kick
from orders.actions.alerts import close_stray_reversals
from orders.actions.lock import locked
from orders.messages import queue_money_returned
from orders.models import Alert, Kind, Operation, Order, State
from orders.models.operations import IN_FLIGHT
from orders.operations import carried_out
from orders.owed import is_moving, owed
from orders.timeline import What, record
from payments.gateway import Outcome, Snapshot
from payments.models import GatewayAccount

LEASE = timedelta(seconds=30)


def return_stray(
    order: Order,
    snapshot: Snapshot,
    account: GatewayAccount,
    *,
    reason: str,
    at: datetime,
    contact: str = "",
) -> Operation:
    """Reserve the return of an authorization that is not the order's, on a locked order.

    Captured money is refunded, reserved money let go of, one after the other. Heard
    of again, nothing is given back twice; only after the gateway declined is it tried
    anew, and what the bank has sent back waits for a person. The payer is told at `contact`.
    """
    earlier = Operation.objects.filter(
        order=order, is_stray=True, gateway_account=account, payment_reference=snapshot.payment_reference
    ).order_by("requested_at")
    tries, due = list(earlier), owed(snapshot, at)
    if any(each.kind == Kind.REVERSAL for each in tries):
        if due is None:  # somebody gave it back at the gateway
            close_stray_reversals(order, account, snapshot.payment_reference, known_at=at, at=at)
        return tries[-1]
    if tries and tries[-1].state != State.DECLINED and not (due and _is_heard(tries, snapshot)):
        return tries[-1]
    if tries and due is None:  # all is back, or the hold has ended: there is nothing to try anew
        return tries[-1]
    all_of_it = (Kind.REFUND, snapshot.captured_amount) if snapshot.captured_amount else (Kind.VOID, snapshot.amount)
    kind, amount = due or all_of_it
    payment = (account, snapshot.payment_reference, snapshot.currency)
    operation = _reserve(order, payment, kind, amount, tries=len(tries), reason=reason, by=Actor.system(), at=at)
    if not tries:
        data = {"reason": reason, "currency": snapshot.currency, "label": snapshot.label}
        by = Actor.gateway(account.provider)
        record(order, What.STRAY_FOUND, by=by, at=at, amount=snapshot.amount, operation=operation, data=data)
        queue_money_returned(order, operation, at=at, contact=contact)
    kick("orders.tasks.run_operation", str(operation.pk))
    return operation


def _is_heard(tries: list[Operation], snapshot: Snapshot) -> bool:
    """Whether the snapshot is later than every return that was made: what it still owes is yet to move."""
    if tries[-1].is_in_flight or is_moving(snapshot):
        return False
    made = [each for each in tries if each.state == State.SUCCEEDED]
    if snapshot.tells_movements:
        return {each.key for each in made} <= {m.key for m in snapshot.movements if m.state == Outcome.SUCCEEDED}
    return sum(each.amount for each in made) <= snapshot.refunded_amount + snapshot.released_amount


@transaction.atomic(durable=True)
def request_return_again(
    order_id: uuid.UUID, alert_id: int, *, seen: uuid.UUID | None = None, access: Access, by: Actor, at: datetime
) -> Operation:
    """Reserve another refund of money nobody expected whose first one the bank sent back.

    `seen` is the last movement that was shown: the same wish again is answered by what it did.
    Raises DomainError `stale` when another person was faster, `given_back` when nothing waits for it
    and `in_flight` while one is under way, PermissionDenied, or Order.DoesNotExist when it is not in reach.
    """
    order = locked(order_id, access=access)
    access.need(Permission.ORDERS_REFUND, order.store_id)
    alerts = Alert.objects.filter(order=order, kind=Alert.Kind.REFUND_REVERSED, operation__is_stray=True)
    alert = alerts.filter(pk=alert_id).select_related("operation__gateway_account").first()
    back = alert.operation if alert else None
    if alert is None or back is None:
        raise DomainError("given_back", _("Nothing waits to be given back here any more."))
    tries = Operation.objects.filter(
        order=order, is_stray=True, gateway_account=back.gateway_account, payment_reference=back.payment_reference
    )
    asked = _asked_since(tries, seen, by)
    if asked is not None:
        return asked
    if alert.closed_at is not None:
        raise DomainError("given_back", _("Nothing waits to be given back here any more."))
    if tries.filter(state__in=sorted(IN_FLIGHT)).exists():
        raise DomainError("in_flight", _("It is being given back. We keep asking the gateway."))
    payment = (back.gateway_account, back.payment_reference, back.currency)
    reason = tries.exclude(reason="").values_list("reason", flat=True).first() or ""
    return _reserve(order, payment, Kind.REFUND, back.amount, tries=tries.count(), reason=reason, by=by, at=at)


return_again = carried_out(request_return_again)


def _asked_since(tries: QuerySet[Operation], seen: uuid.UUID | None, by: Actor) -> Operation | None:
    """What this person has asked for since the movement `seen`; DomainError `stale` when another has."""
    shown = tries.filter(pk=seen).first() if seen else None
    if shown is None:
        return None
    since = tries.filter(kind=Kind.REFUND, requested_at__gt=shown.requested_at, user_id__isnull=False)
    asked = since.order_by("-requested_at").first()
    if asked is not None and asked.user_id != by.user_id:
        words = _("%(who)s has asked to give it back again, %(time)s. Nothing more was done.")
        raise DomainError("stale", words % {"who": asked.actor, "time": times.stamp(asked.requested_at)})
    return asked


def _reserve(
    order: Order,
    payment: tuple[GatewayAccount, str, str],
    kind: Kind,
    amount: int,
    *,
    tries: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> Operation:
    account, payment_reference, currency = payment
    return Operation.objects.create(
        order=order,
        kind=kind,
        amount=amount,
        currency=currency,
        is_stray=True,
        key=_key(account, payment_reference, tries),
        gateway_account=account,
        payment_reference=payment_reference,
        reason=reason,
        origin=by.origin,
        actor=by.label,
        user_id=by.user_id,
        requested_at=at,
        next_check_at=at + LEASE,
    )


def _key(account: GatewayAccount, payment_reference: str, tries: int) -> str:
    digest = hashlib.sha256(f"{account.pk}:{payment_reference}:{tries}".encode()).hexdigest()
    return f"stray-{digest[:48]}"
