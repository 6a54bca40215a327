"""Create an order and send its payment link, once per form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.models import Store
from accounts.roles import Permission
from common.actor import Actor
from common.errors import DomainError
from messaging.limits import check_sending
from messaging.models import Channel
from orders.actions.draft import draft_order
from orders.lines import LineInput
from paylinks.actions.issue import issue_link
from paylinks.models import PaymentLink
from paylinks.rules import create_obstacle


@dataclass(frozen=True, slots=True)
class OrderInput:
    """A cleaned create form: exactly one recipient, E.164 or e-mail."""

    recipient_email: str
    recipient_phone: str
    country: str
    currency: str
    language: str
    merchant_reference1: str
    lines: tuple[LineInput, ...]
    merchant_reference2: str = ""
    auto_capture: bool = False
    customer_name: str = ""

    @property
    def recipient(self) -> str:
        """Where the link goes."""
        return self.recipient_email or self.recipient_phone


def create_link_order(
    store: Store,
    order_input: OrderInput,
    *,
    form_key: uuid.UUID,
    access: Access,
    by: Actor,
    at: datetime,
) -> PaymentLink:
    """Create the pending order and its link; the same `form_key` answers the first link again.

    Raises DomainError (with the field) for missing terms, a currency outside
    the agreement, no or two recipients, broken lines, or too many links.
    """
    access.need(Permission.LINKS_CREATE, store)
    earlier = _earlier(form_key, access)
    if earlier is not None:
        return earlier
    check_order(store, order_input, at)
    check_sending(
        person=str(by.user_id),
        store=store.mid,
        recipient=order_input.recipient,
        country=order_input.country,
        channel=Channel.of(order_input.recipient),
    )
    try:
        return _write(store, order_input, form_key=form_key, by=by, at=at)
    except IntegrityError as error:
        # The same form posted twice at once: the unique form key let one through.
        first = _earlier(form_key, access)
        if first is None:
            raise DomainError("form_used", _("This form has been used already. Open a new one.")) from error
        return first


def _earlier(form_key: uuid.UUID, access: Access) -> PaymentLink | None:
    return PaymentLink.objects.visible_to(access).filter(form_key=form_key).first()


@transaction.atomic(durable=True)
def _write(store: Store, order_input: OrderInput, *, form_key: uuid.UUID, by: Actor, at: datetime) -> PaymentLink:
    order = draft_order(
        store,
        lines=order_input.lines,
        currency=order_input.currency,
        country=order_input.country,
        language=order_input.language,
        email=order_input.recipient_email,
        phone=order_input.recipient_phone,
        customer_name=order_input.customer_name,
        merchant_reference1=order_input.merchant_reference1,
        merchant_reference2=order_input.merchant_reference2,
        auto_capture=order_input.auto_capture,
        by=by,
        at=at,
    )
    return issue_link(order, recipient=order_input.recipient, number=1, by=by, at=at, form_key=form_key)


def check_order(store: Store, order_input: OrderInput, at: datetime) -> None:
    """Raise DomainError for what the store or the agreement forbids."""
    found = create_obstacle(store, at)
    if found is not None:
        raise found.error()
    if bool(order_input.recipient_email) == bool(order_input.recipient_phone):
        raise DomainError("recipient", _("Enter one e-mail address or one phone number."), field="recipient")
    if not order_input.merchant_reference1.strip():
        raise DomainError(
            "reference", _("Enter merchant reference 1. The customer sees it."), field="merchant_reference1"
        )
    if order_input.currency not in store.allowed_currencies:
        words = _(
            "%(currency)s is not in the agreement of this store. Allowed: %(allowed)s. "
            "The operator of this installation can add it."
        )
        allowed = ", ".join(store.allowed_currencies)
        raise DomainError("currency", words % {"currency": order_input.currency, "allowed": allowed}, field="currency")
