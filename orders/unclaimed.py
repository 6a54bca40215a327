"""Money that belongs to no attempt of ours: the gateway is asked what it holds, and it is given back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from accounts.access import Access
from common import clock
from common.actor import Actor
from common.db import refuse_transaction
from common.errors import DomainError
from common.sweeps import sweep
from developers.trace import tracing
from orders.actions.hand_over import DAILY, PATIENCE
from orders.actions.unclaimed import LEASE, StaleError, note_unclaimed, settle_return
from orders.actions.unclaimed_by_hand import look_again_daily, ready_to_give, was_asked
from orders.models import Kind, State, UnclaimedPayment, UnclaimedReturn, unclaimed_id
from orders.models.operations import IN_FLIGHT
from payments.gateway import Gateway, GatewayUnavailable, Movement, Outcome, Result
from payments.gateways import gateway_for
from payments.models import GatewayAccount

log = structlog.get_logger(__name__)

_TRIES = 3
_STEPS = 6  # a refund, what is reserved beyond it, and each time the question whether that was all


def hear(account: GatewayAccount, session_reference: str, *, at: datetime, order_id: uuid.UUID | None = None) -> bool:
    """Ask about a session nobody here opened, and take its money into our books if there is any.

    The webhook that named it is believed in nothing else. False when it must be told again.
    Raises GatewayUnavailable.
    """
    try:
        payment = _ask(account, session_reference, at=at, order_id=order_id)
    except StaleError:
        return False
    if payment is None:
        log.warning("unclaimed.no_money", account=str(account.pk), session=session_reference)
    return True


def give_back(payment_id: uuid.UUID) -> None:
    """Carry what is under way as far as the gateway answers, and ask whether that was all.

    A return is sent only when the gateway never heard of its key, and with the same key.
    """
    refuse_transaction()
    for _step in range(_STEPS):
        payment = _load(payment_id)
        going = payment.returns.filter(state__in=sorted(IN_FLIGHT)).first()
        if going is None:
            if payment.closed_at is not None or not _has_more(payment):
                return
        elif not _carry_out(payment, going):
            return


def give_again(
    payment_id: uuid.UUID, *, seen: int | None = None, access: Access, by: Actor, at: datetime
) -> UnclaimedPayment:
    """A person asks to give back what was refused or came back; answers the payment as it stands then.

    `seen` is how many tries were shown: asked twice it is done once. Raises DomainError when it is under
    way or done, `stale` when another person was faster, GatewayUnavailable when the gateway cannot be asked.
    """
    refuse_transaction()
    if was_asked(payment_id, seen, access=access, by=by):
        return _load(payment_id)
    payment = ready_to_give(payment_id, access=access)
    try:
        _ask(payment.gateway_account, payment.session_reference, at=at, by=by)
    except StaleError as error:
        if not was_asked(payment_id, seen, access=access, by=by):
            raise DomainError("stale", _("Something has just changed here. Look at it again.")) from error
    was_asked(payment_id, seen, access=access, by=by)  # another may have reserved it just before
    give_back(payment_id)
    return _load(payment_id)


def sweep_unclaimed(at: datetime) -> int:
    """Go on with every such payment that stands still; answers how many. After a day once a day."""

    def go_on(payment_id: uuid.UUID) -> None:
        try:
            give_back(payment_id)
        finally:
            look_again_daily(payment_id, found_by=at - PATIENCE, at=at + DAILY)

    return sweep(UnclaimedPayment.objects.filter(closed_at=None), go_on, at=at, first=LEASE)


def _load(payment_id: uuid.UUID) -> UnclaimedPayment:
    return UnclaimedPayment.objects.select_related("gateway_account__store").get(pk=payment_id)


def _ask(
    account: GatewayAccount,
    session_reference: str,
    *,
    at: datetime,
    order_id: uuid.UUID | None = None,
    by: Actor | None = None,
) -> UnclaimedPayment | None:
    """What the gateway says, written down; asked anew when something was done meanwhile. Raises StaleError."""
    refuse_transaction()
    key = unclaimed_id(account.pk, session_reference)
    for left in reversed(range(_TRIES)):
        version = UnclaimedPayment.objects.filter(pk=key).values_list("version", flat=True).first() or 0
        with tracing(operation_id=key):
            snapshot = replace(gateway_for(account).fetch(session_reference), session_reference=session_reference)
            if not snapshot.tells_movements:
                snapshot = replace(snapshot, movements=tuple(_failed(account, key)))
        try:
            return note_unclaimed(account, snapshot, version=version, at=at, order_id=order_id, by=by)
        except StaleError:
            if not left:
                raise
    return None


def _failed(account: GatewayAccount, payment_id: uuid.UUID) -> Iterator[Movement]:
    """Of a gateway that tells only sums: which of our refunds came back. Raises GatewayUnavailable."""
    made = UnclaimedReturn.objects.filter(payment=payment_id, kind=Kind.REFUND, state=State.SUCCEEDED)
    for refund in made.filter(came_back_at=None):
        told = gateway_for(account).lookup(refund.key)
        if told is not None and told.outcome == Outcome.UNKNOWN:
            raise GatewayUnavailable(told.message)
        if told is not None and told.outcome == Outcome.DECLINED:
            at = told.failed_at or told.at or refund.requested_at
            yield Movement(Kind.REFUND, told.reference, refund.key, refund.amount, at, told.outcome, told.message, at)


def _has_more(payment: UnclaimedPayment) -> bool:
    """Whether the gateway was asked and something is to be given back now."""
    try:
        _ask(payment.gateway_account, payment.session_reference, at=clock.now())
    except (GatewayUnavailable, StaleError):
        return False
    return payment.returns.filter(state__in=sorted(IN_FLIGHT)).exists()


def _carry_out(payment: UnclaimedPayment, going: UnclaimedReturn) -> bool:
    """Whether it is known to have been given back."""
    gateway = gateway_for(payment.gateway_account)
    try:
        with tracing(operation_id=payment.pk):
            result = gateway.lookup(going.key) or _send(gateway, payment, going)
    except GatewayUnavailable:
        return False
    if result.outcome == Outcome.RETRYABLE:
        log.warning("unclaimed.not_sent", payment=str(payment.pk), words=result.message)
        return False
    return settle_return(going.pk, result, at=clock.now()).state == State.SUCCEEDED


def _send(gateway: Gateway, payment: UnclaimedPayment, going: UnclaimedReturn) -> Result:
    if going.kind == Kind.REFUND:
        return gateway.refund(payment.payment_reference, going.amount, payment.currency, (), going.key)
    act = gateway.void if going.kind == Kind.VOID else gateway.release_remaining
    return act(payment.payment_reference, going.key)
