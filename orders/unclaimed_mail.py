"""Who is told of money that no order expects: the store's admins, and who paid it if the gateway says who."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.telling import people_to_tell
from common import times
from common.money import format_money
from messaging.actions import queue
from messaging.models import Channel, Message
from messaging.render import Rendered, mail, sms
from orders.models import UnclaimedPayment

TASK = "orders.tasks.deliver_unclaimed_message"
FOUND = "member.unclaimed_found"
CAME_BACK = "member.unclaimed_came_back"
TO_PAYER = "unclaimed.returned"


def queue_found(payment: UnclaimedPayment, *, at: datetime) -> None:
    """Tell the store's admins, and the payer where the gateway names one."""
    _queue_members(payment, FOUND, at)
    recipient = payment.email or payment.phone
    if recipient:
        _queue(payment, TO_PAYER, recipient, "en", at)


def queue_came_back(payment: UnclaimedPayment, *, at: datetime) -> None:
    """Tell the store's admins that the bank sent a refund back."""
    _queue_members(payment, CAME_BACK, at)


def _queue_members(payment: UnclaimedPayment, kind: str, at: datetime) -> None:
    for person in people_to_tell(payment.store, None, at):
        _queue(payment, kind, person.email, person.language, at)


def _queue(payment: UnclaimedPayment, kind: str, recipient: str, language: str, at: datetime) -> None:
    queue(
        kind=kind,
        task=TASK,
        channel=Channel.of(recipient),
        recipient=recipient,
        language=language,
        at=at,
        subject_id=payment.pk,
        merchant_id=payment.merchant_id,
    )


def render(message: Message) -> Rendered | None:
    """The message's words in the language that is active; None when there is nothing to tell any more."""
    payments = UnclaimedPayment.objects.select_related("store", "gateway_account")
    payment = payments.filter(pk=message.subject_id).first() if message.subject_id else None
    return _RENDER[message.kind](message, payment) if payment else None


def _found(_message: Message, payment: UnclaimedPayment) -> Rendered:
    subject = _("Money nobody expected: %(amount)s at %(store)s") % _names(payment)
    return mail("orders/mail/unclaimed_found", subject, _context(payment), is_test=payment.gateway_account.is_test)


def _to_payer(message: Message, payment: UnclaimedPayment) -> Rendered:
    is_test = payment.gateway_account.is_test
    if message.channel == Channel.SMS:
        words = _("%(store)s: your payment of %(amount)s belongs to no order of ours and is being returned.")
        return sms(words % _names(payment), is_test=is_test)
    subject = _("Your payment of %(amount)s to %(store)s is being returned") % _names(payment)
    return mail("orders/mail/unclaimed_returned", subject, _context(payment), is_test=is_test)


def _came_back(_message: Message, payment: UnclaimedPayment) -> Rendered | None:
    refund = payment.returns.filter(came_back_at__isnull=False).last()
    if refund is None or payment.came_back_at is None:
        return None
    context = {
        **_context(payment),
        "amount": format_money(refund.amount, payment.currency, get_language() or "en"),
        "reason": refund.message,
    }
    subject = _("A refund of %(amount)s at %(store)s came back") % context
    return mail("orders/mail/unclaimed_came_back", subject, context, is_test=payment.gateway_account.is_test)


_Render = Callable[[Message, UnclaimedPayment], Rendered | None]
_RENDER: dict[str, _Render] = {FOUND: _found, CAME_BACK: _came_back, TO_PAYER: _to_payer}


def _names(payment: UnclaimedPayment) -> dict[str, str]:
    return {
        "store": payment.store.name,
        "amount": format_money(payment.amount, payment.currency, get_language() or "en"),
    }


def _context(payment: UnclaimedPayment) -> dict[str, Any]:
    return {
        **_names(payment),
        "found": times.stamp(payment.found_at),
        "reference": payment.payment_reference,
        "account": payment.gateway_account.name,
        "sender": payment.store.name,
        "support_email": payment.store.support_email,
        "url": settings.PUBLIC_URL + reverse("orders:unclaimed"),
    }
