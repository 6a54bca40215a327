"""Which references and which facts about a customer are open to an edit, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import Order
from orders.states import OPEN, Status
from payments.gateways import gateway_for

Words = Callable[[], str]

REFERENCES = ("merchant_reference1", "merchant_reference2")
CONTACT = ("name", "email", "phone")
ADDRESSES = ("delivery", "billing")
CUSTOMER = (*CONTACT, *ADDRESSES)

_UNDER_REVIEW, _REFUNDED = "under_review", "refunded"
_BOTH, _SECOND = frozenset(REFERENCES), frozenset({"merchant_reference2"})
_OPEN_REFERENCES: dict[str, frozenset[str]] = {
    Status.PENDING: _SECOND,
    _UNDER_REVIEW: _SECOND,
    Status.AUTHORIZED: _BOTH,
    Status.PART_CAPTURED: _BOTH,
    Status.CAPTURED: _SECOND,
}
# what was charged at once is captured before anything is sent: where it goes stays open
_OPEN_CUSTOMER: dict[str, frozenset[str]] = {
    Status.AUTHORIZED: frozenset(CUSTOMER),
    Status.PART_CAPTURED: frozenset(CUSTOMER),
    Status.CAPTURED: frozenset({"email", "phone", "delivery"}),
}
_REFERENCE_WORDS: dict[str, Words] = {
    Status.PENDING: lambda: _("The customer sees it on the payment page. To change it, use Amend and resend."),
    _UNDER_REVIEW: lambda: _("The payment is under review. Only merchant reference 2 can be changed."),
    Status.CAPTURED: lambda: _("It is in your books since the order was captured, and stays."),
}
_CUSTOMER_WORDS: dict[str, Words] = {
    Status.PENDING: lambda: _("The customer has not paid yet. To change anything, use Amend and resend."),
    _UNDER_REVIEW: lambda: _("The payment is under review. The gateway looks at the customer as they are."),
    Status.CAPTURED: lambda: _("The order is captured. Only contact and delivery can still be changed."),
}
_CLOSED_WORDS: dict[str, Words] = {
    _REFUNDED: lambda: _("Everything was refunded. The order stays as it was."),
    Status.CANCELLED: lambda: _("The order was cancelled. It stays as it was."),
    Status.EXPIRED: lambda: _("The authorization has expired. The order stays as it was."),
}


def reference_locks(order: Order, at: datetime) -> dict[str, str]:
    """The merchant references that cannot be edited at `at`, each with the reason in words."""
    stage = _stage(order, at)
    words = {**_CLOSED_WORDS, **_REFERENCE_WORDS}
    return {name: words[stage]() for name in REFERENCES if name not in _OPEN_REFERENCES.get(stage, ())}


def customer_locks(order: Order, at: datetime) -> dict[str, str]:
    """What of the customer cannot be edited at `at`: name, e-mail, phone, delivery or billing, with the reason."""
    stage = _stage(order, at)
    words = {**_CLOSED_WORDS, **_CUSTOMER_WORDS}
    locks = {name: words[stage]() for name in CUSTOMER if name not in _OPEN_CUSTOMER.get(stage, ())}
    if "billing" not in locks and (why := _billing_lock(order)):
        locks["billing"] = why
    return locks


def _billing_lock(order: Order) -> str:
    """Whom to charge was part of what the gateway approved: it says whether that can change."""
    method = gateway_for(order.paying_account).method(order.payment_method)
    if method.capabilities.edit_billing:
        return ""
    words = _("%(method)s approved the payment for this name and address. They are locked since the authorization.")
    return words % {"method": method.name}


def _stage(order: Order, at: datetime) -> str:
    """The row of the table: the stored status, refined by review and refunds, and ended by the clock."""
    if order.is_under_review:
        return _UNDER_REVIEW
    ends_at = order.authorization_expires_at
    if order.status in OPEN and not order.in_flight_amount and ends_at is not None and at >= ends_at:
        return Status.CAPTURED if order.captured_amount else Status.EXPIRED
    if order.status == Status.CAPTURED and order.refunded_amount and order.kept_amount == 0:
        return _REFUNDED
    return order.status
