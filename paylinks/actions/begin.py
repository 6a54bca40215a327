"""The customer's first deliberate act: an attempt, written down before the redirect."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Store, TermsCopy
from accounts.terms import current_copy, mark_of
from common import clock
from common.actor import Actor
from common.db import refuse_transaction
from common.errors import DomainError
from developers.trace import tracing
from orders.models import Line
from orders.states import Status
from orders.timeline import What, record
from paylinks.actions.lock import locked
from paylinks.models import GRACE, Attempt, PaymentLink, TermsAcceptance
from paylinks.settle import end_attempt
from paylinks.states import AttemptState, LinkStatus
from paylinks.tokens import token_of
from payments.gateway import BeginRequest, Begun, GatewayRefused, GatewayUnavailable
from payments.gateways import gateway_for, offered_methods
from payments.models import GatewayAccount

FIRST_CHECK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PayInput:
    """A cleaned payment form."""

    method: str
    revision: int
    accepts_terms: bool
    language: str = "en"
    terms_mark: str | None = None  # of the terms the page showed; None where there was no page
    email: str = ""
    phone: str = ""
    delivery_address: dict[str, Any] = field(default_factory=dict)
    billing_address: dict[str, Any] = field(default_factory=dict)


def begin_payment(link_id: uuid.UUID, pay: PayInput, *, at: datetime) -> Attempt:
    """Begin to pay a link and answer an attempt whose `redirect_url` leads to the gateway.

    The attempt's row is committed before the gateway hears of it. Raises
    DomainError: `link_closed`, `changed`, `terms`, `terms_changed`, `method`, `paid_elsewhere`
    (another attempt runs), `declined` or `gateway_unavailable`.
    """
    refuse_transaction()
    attempt = _reserve(link_id, pay, at)
    return open_session(attempt)


@transaction.atomic(durable=True)
def _reserve(link_id: uuid.UUID, pay: PayInput, at: datetime) -> Attempt:
    link = locked(link_id)
    # The lock may have been waited for: the 48 hours are compared with what the clock says now.
    now = max(at, clock.now())
    account = _check(link, pay, now)
    store = link.order.store
    copy = _accepted(store, pay)
    attempt = Attempt.objects.create(
        link=link,
        order=link.order,
        revision=pay.revision,
        amount=link.order.amount,
        currency=link.order.currency,
        method=pay.method,
        gateway_account=account,
        language=pay.language,
        email=pay.email,
        phone=pay.phone,
        delivery_address=pay.delivery_address,
        billing_address=pay.billing_address,
        begun_at=now,
        next_check_at=now + FIRST_CHECK,
    )
    TermsAcceptance.objects.create(
        attempt=attempt, copy=copy, url=store.terms_url, language=pay.language, accepted_at=now
    )
    if link.status == LinkStatus.CREATED:
        link.move_to(LinkStatus.IN_PROGRESS)
        link.in_progress_at = now
        link.save(update_fields=["status", "in_progress_at"])
    data = {"method": pay.method, "number": link.number, "terms_url": store.terms_url, "attempt": str(attempt.pk)}
    record(link.order, What.LINK_OPENED, by=Actor.customer(), at=now, data=data)
    return attempt


def _check(link: PaymentLink, pay: PayInput, at: datetime) -> GatewayAccount:
    if not link.is_open(at) or not link.is_current or link.order.status != Status.PENDING:
        raise DomainError("link_closed", _("This link has closed. Nothing was charged."))
    store = link.order.store
    if not store.terms_url or store.merchant.has_ended(at):
        raise DomainError("store_closed", _("This store cannot take payments now. Nothing was charged."))
    if not pay.accepts_terms:
        raise DomainError("terms", _("Accept the terms and conditions to go on."), field="terms")
    if pay.revision != link.order.revision:
        raise DomainError("changed", _("The order has changed. Look at it again before you pay."))
    if link.attempts.filter(state=AttemptState.BEGUN).exists():
        raise DomainError("paid_elsewhere", _("A payment of this order has begun already."))
    account = GatewayAccount.objects.select_related("store").filter(store=link.order.store_id, is_active=True).first()
    if account is None:
        raise DomainError("gateway_missing", _("This store cannot take payments now. Nothing was charged."))
    offered = offered_methods(account, link.order.country, link.order.currency, link.expires_at - at)
    if pay.method not in {method.code for method in offered}:
        raise DomainError("method", _("Choose a way to pay."), field="method")
    return account


def _accepted(store: Store, pay: PayInput) -> TermsCopy | None:
    """The copy that was shown and is still the one; nobody accepts what they could not read."""
    copy = current_copy(store)
    if pay.terms_mark not in {None, mark_of(store.terms_url, copy.digest if copy else "")}:
        raise DomainError("terms_changed", terms_changed_words(), field="terms")
    return copy


def terms_changed_words() -> str:
    """Why the tick is gone."""
    return _("The terms and conditions have changed. Read them, and accept them again to go on.")


def open_session(attempt: Attempt) -> Attempt:
    """Open the gateway's session of a begun attempt; asked again it is the same session."""
    try:
        begun = begin_at_gateway(attempt)
    except GatewayRefused as error:
        end_attempt(attempt.pk, AttemptState.DECLINED, problem=error.message, at=clock.now())
        words = _("The payment provider did not take the payment. Nothing was charged; choose another way to pay.")
        raise DomainError("declined", words) from error
    except GatewayUnavailable as error:
        if not error.was_sent:
            end_attempt(attempt.pk, AttemptState.ABANDONED, problem=error.message, at=clock.now())
        words = _("The payment provider does not answer now. Nothing was charged; try again in a moment.")
        raise DomainError("gateway_unavailable", words) from error
    attempt.session_reference = begun.session_reference
    attempt.redirect_url = begun.redirect_url
    attempt.save(update_fields=["session_reference", "redirect_url"])
    return attempt


def begin_at_gateway(attempt: Attempt) -> Begun:
    """Tell the gateway of an attempt. The attempt's id is the key: no second session comes of it."""
    order = attempt.order
    link = attempt.link
    lines = Line.objects.filter(order=order, revision=attempt.revision).order_by("position")
    base = settings.PUBLIC_URL
    request = BeginRequest(
        reference=str(attempt.pk),
        amount=attempt.amount,
        currency=attempt.currency,
        country=order.country,
        language=attempt.language,
        method=attempt.method,
        lines=tuple(
            {"name": line.name, "quantity": line.quantity, "total_amount": line.total_amount} for line in lines
        ),
        return_url=base + reverse("pay:back", args=[token_of(link.pk), attempt.pk]),
        webhook_url=base + reverse("api:webhook", args=[attempt.gateway_account.provider, attempt.gateway_account_id]),
        # who began in time may finish within the grace; the gateway closes the session then
        expires_at=link.expires_at + GRACE,
        email=attempt.email,
        phone=attempt.phone,
    )
    gateway = gateway_for(attempt.gateway_account)
    with tracing(order_id=order.pk, attempt_id=attempt.pk):
        return gateway.begin(request)
