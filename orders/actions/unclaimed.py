"""Money that belongs to no attempt of ours: written down, given back, and what became of that."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import audit
from common.actor import Actor
from common.kick import kick
from orders.actions.lock import locked
from orders.models import Kind, Order, State, UnclaimedPayment, UnclaimedReturn, unclaimed_id
from orders.models.operations import IN_FLIGHT
from orders.owed import Owed, is_moving, owed
from orders.timeline import What, record
from orders.unclaimed_mail import queue_came_back, queue_found
from payments.gateway import Outcome, Result, SessionState, Snapshot
from payments.models import GatewayAccount

LEASE = timedelta(seconds=30)
_FIRST_PAUSE = timedelta(minutes=5)  # after a refusal; each further one doubles it
_LONGEST_PAUSE = timedelta(days=1)
_REASON = "wrong_account"
Audit = audit.Kind


class StaleError(Exception):
    """Something was done about the payment after the gateway had been asked: ask again."""


@transaction.atomic(durable=True)
def note_unclaimed(
    account: GatewayAccount,
    snapshot: Snapshot,
    *,
    version: int,
    at: datetime,
    order_id: uuid.UUID | None = None,
    by: Actor | None = None,
) -> UnclaimedPayment | None:
    """Write down what the gateway says of a session nobody here opened, and reserve what gives its money back.

    None when there is no money and never was. `version` is that of the row before the
    gateway was asked, 0 without one; raises StaleError when it is not any more. A sum
    whose refund came back moves again only when a person asks (`by`), for the bank has
    refused it once. `order_id` is whose attempt it calls itself, at another account.
    Lock order: Order, then the payment.
    """
    key = unclaimed_id(account.pk, snapshot.session_reference)
    known = UnclaimedPayment.objects.filter(pk=key).values_list("order_id", flat=True).first() or order_id
    order = locked(known) if known else None
    payment = _locked(key)
    if (payment.version if payment else 0) != version:
        raise StaleError
    if payment is None:
        if owed(snapshot, at) is None:
            return None
        payment = _found(key, account, snapshot, order, at)
    elif snapshot.state == SessionState.UNKNOWN:
        return payment  # the gateway forgot it: that says nothing about its money
    _follow(payment, snapshot, order, at, by)
    return payment


def _locked(key: uuid.UUID) -> UnclaimedPayment | None:
    return UnclaimedPayment.objects.select_for_update(no_key=True, of=("self",)).filter(pk=key).first()


def _found(
    key: uuid.UUID, account: GatewayAccount, snapshot: Snapshot, order: Order | None, at: datetime
) -> UnclaimedPayment:
    store = account.store
    payment, is_new = UnclaimedPayment.objects.get_or_create(
        pk=key,
        defaults={
            "merchant_id": store.merchant_id,
            "store": store,
            "gateway_account": account,
            "session_reference": snapshot.session_reference,
            "payment_reference": snapshot.payment_reference,
            "our_reference": snapshot.our_reference[:200],
            "order": order,
            "amount": snapshot.amount,
            "currency": snapshot.currency,
            "label": snapshot.label[:80],
            "email": snapshot.email[:254],
            "phone": snapshot.phone[:32],
            "paid_at": snapshot.authorized_at,
            "found_at": at,
            "next_check_at": at + LEASE,
        },
    )
    if not is_new:  # two heard of it at once: the other has written it down
        raise StaleError
    _tell(payment, Audit.UNCLAIMED_FOUND, at, by=Actor.gateway(account.provider), amount=snapshot.amount)
    if order is not None:
        _tell_order(order, What.STRAY_FOUND, payment, at)
    queue_found(payment, at=at)
    return payment


def _follow(
    payment: UnclaimedPayment, snapshot: Snapshot, order: Order | None, at: datetime, by: Actor | None
) -> None:
    if payment.returns.filter(state__in=sorted(IN_FLIGHT)).exists():
        kick("orders.tasks.give_back_unclaimed", str(payment.pk))  # it may have been decided
        return
    is_behind = _came_back(payment, snapshot, at)
    due = owed(snapshot, at)
    if is_behind:
        _look_again(payment, at)
    elif due is None:
        if payment.closed_at is None:
            _close(payment, at)
            _tell(payment, Audit.UNCLAIMED_RETURNED, at, by=Actor.system(), amount=payment.amount)
            if order is not None:
                _tell_order(order, What.STRAY_RETURNED, payment, at)
    elif by is not None or not _is_for_a_person(payment):
        is_early = by is None and payment.retry_at is not None and at < payment.retry_at
        if is_moving(snapshot) or is_early:
            _look_again(payment, at)
        else:
            _reserve(payment, due, at, by)


def _is_for_a_person(payment: UnclaimedPayment) -> bool:
    return payment.returns.filter(came_back_at__isnull=False).exists()


def _came_back(payment: UnclaimedPayment, snapshot: Snapshot, at: datetime) -> bool:
    """Book refunds we had booked as made that the gateway says failed since.

    True when its sum lacks some that it does not call failed: it lags behind, and what
    it seems to owe must not be given twice.
    """
    failed = {m.key: m for m in snapshot.movements if m.kind == Kind.REFUND and m.state == Outcome.DECLINED}
    made = list(payment.returns.filter(kind=Kind.REFUND, state=State.SUCCEEDED, came_back_at=None))
    standing = sum(refund.amount for refund in made if refund.key not in failed)
    for refund in made:
        if refund.key not in failed:
            continue
        movement = failed[refund.key]
        refund.came_back_at = movement.failed_at or at
        refund.message = movement.message[:300]
        refund.save(update_fields=["came_back_at", "message"])
        payment.came_back_at = refund.came_back_at
        payment.closed_at = payment.noted_at = payment.next_check_at = None
        _save(payment, "came_back_at", "closed_at", "noted_at", "next_check_at")
        provider = Actor.gateway(payment.gateway_account.provider)
        _tell(payment, Audit.UNCLAIMED_CAME_BACK, at, by=provider, amount=refund.amount)
        queue_came_back(payment, at=at)
    return standing > snapshot.refunded_amount


def _look_again(payment: UnclaimedPayment, at: datetime) -> None:
    if payment.closed_at is None and payment.next_check_at is not None:
        return
    payment.closed_at = payment.noted_at = None
    payment.next_check_at = at + LEASE
    _save(payment, "closed_at", "noted_at", "next_check_at")


def _reserve(payment: UnclaimedPayment, due: Owed, at: datetime, by: Actor | None) -> None:
    UnclaimedReturn.objects.create(
        payment=payment,
        kind=due[0],
        amount=due[1],
        key=f"unclaimed-{payment.pk.hex}-{payment.returns.count()}",
        requested_by=by.label if by else "",
        requested_at=at,
    )
    payment.closed_at = payment.noted_at = payment.retry_at = None
    payment.next_check_at = at + LEASE
    _save(payment, "closed_at", "noted_at", "retry_at", "next_check_at")
    if by is not None:
        _tell(payment, Audit.UNCLAIMED_ASKED_AGAIN, at, by=by, amount=due[1])
    kick("orders.tasks.give_back_unclaimed", str(payment.pk))


def _close(payment: UnclaimedPayment, at: datetime) -> None:
    payment.closed_at = at
    payment.came_back_at = payment.retry_at = payment.next_check_at = None
    _save(payment, "closed_at", "came_back_at", "retry_at", "next_check_at")


@transaction.atomic(durable=True)
def settle_return(return_id: int, result: Result, *, at: datetime) -> UnclaimedReturn:
    """Apply the gateway's answer to a return; a settled one stays as it is.

    Refused, it is tried anew after a pause that doubles, at most a day, or when a person asks.
    """
    payment_id = UnclaimedReturn.objects.values_list("payment_id", flat=True).get(pk=return_id)
    payment = UnclaimedPayment.objects.select_for_update(no_key=True, of=("self",)).get(pk=payment_id)
    asked = UnclaimedReturn.objects.get(pk=return_id)
    if not asked.is_in_flight:
        return asked
    asked.message = result.message[:300]
    asked.gateway_reference = result.reference or asked.gateway_reference
    if result.outcome in {Outcome.SUCCEEDED, Outcome.DECLINED}:
        asked.move_to(State(result.outcome.value))
        asked.settled_at = at
        _settled(payment, asked, at)
    else:
        asked.move_to(State.PENDING if result.outcome == Outcome.PENDING else State.UNKNOWN)
    asked.save(update_fields=["state", "message", "gateway_reference", "settled_at"])
    return asked


def _settled(payment: UnclaimedPayment, asked: UnclaimedReturn, at: datetime) -> None:
    if asked.state == State.SUCCEEDED:  # the gateway is asked whether that was all
        payment.next_check_at = at
    else:
        refusals = payment.returns.filter(state=State.DECLINED).count()
        payment.retry_at = at + min(_FIRST_PAUSE * 2 ** min(refusals, 10), _LONGEST_PAUSE)
        payment.next_check_at = None if _is_for_a_person(payment) else payment.retry_at
        _tell(payment, Audit.UNCLAIMED_REFUSED, at, by=Actor.system(), amount=asked.amount, message=asked.message)
    _save(payment, "next_check_at", "retry_at")


def _save(payment: UnclaimedPayment, *fields: str) -> None:
    payment.version += 1
    payment.save(update_fields=[*fields, "version"])


def _tell(
    payment: UnclaimedPayment, kind: audit.Kind, at: datetime, *, by: Actor, amount: int, message: str = ""
) -> None:
    about: dict[str, Any] = {"payment": str(payment.pk), "amount": amount, "currency": payment.currency}
    audit.record(kind, by=by, at=at, store=payment.store, message=message, **about)


def _tell_order(order: Order, what: What, payment: UnclaimedPayment, at: datetime) -> None:
    data = {"reason": _REASON, "currency": payment.currency, "label": payment.label}
    by = Actor.gateway(payment.gateway_account.provider) if what == What.STRAY_FOUND else Actor.system()
    record(order, what, by=by, at=at, amount=payment.amount, data=data)
