"""What a member of the merchant is told about an order by e-mail: somebody has to look."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.telling import people_to_tell
from common import times
from common.money import format_money
from messaging.actions import queue
from messaging.models import Channel, Message
from messaging.render import Rendered, mail
from orders.models import Operation, Order
from orders.rules import Verb, obstacle

TASK = "orders.tasks.deliver_member_message"
REFUND_REVERSED = "member.refund_reversed"
HANDED_OVER = "member.handed_over"


def queue_refund_reversed(order: Order, reversal: Operation, *, at: datetime) -> None:
    """Tell who refunded that the money came back, once."""
    refund = reversal.reverses
    _queue(
        order, REFUND_REVERSED, reversal.pk, people_to_tell(order.store, refund.user_id if refund else None, at), at
    )


def queue_handed_over(order: Order, operation: Operation, *, at: datetime) -> None:
    """Tell who asked for the operation that the gateway has been silent for a day, once."""
    _queue(order, HANDED_OVER, operation.pk, people_to_tell(order.store, operation.user_id, at), at)


def _queue(order: Order, kind: str, subject_id: uuid.UUID, people: Iterable[User], at: datetime) -> None:
    for person in people:
        if Message.objects.filter(subject_id=subject_id, kind=kind, recipient=person.email).exists():
            continue
        queue(
            kind=kind,
            task=TASK,
            channel=Channel.EMAIL,
            recipient=person.email,
            language=person.language,
            at=at,
            subject_id=subject_id,
            order_id=order.pk,
            merchant_id=order.merchant_id,
        )


def render(message: Message) -> Rendered | None:
    """The message's words in the language that is active; None when its operation is gone or has been answered."""
    operations = Operation.objects.select_related("order__store__merchant", "reverses")
    operation = operations.filter(pk=message.subject_id).first() if message.subject_id else None
    if operation is None:
        return None
    return _came_back(operation) if message.kind == REFUND_REVERSED else _handed_over(operation)


def _came_back(reversal: Operation) -> Rendered:
    refund = reversal.reverses or reversal
    context = {
        **_context(reversal),
        "refunded": times.stamp(refund.settled_at or refund.requested_at),
        "failed": times.stamp(reversal.requested_at),
        "reason": reversal.message,
    }
    subject = _("The refund of %(amount)s for %(reference)s came back") % context
    return mail("orders/mail/member_came_back", subject, context, is_test=reversal.order.is_test)


def _handed_over(operation: Operation) -> Rendered | None:
    if not operation.is_in_flight:
        return None
    context = {
        **_context(operation),
        "kind": operation.get_kind_display(),
        "asked": times.stamp(operation.requested_at),
        "key": operation.key,
        "payment": operation.payment_reference,
        "is_stray": operation.is_stray,
        "can_sync": obstacle(operation.order, Verb.SYNC, None, operation.requested_at) is None,
    }
    if operation.is_stray:
        subject = _("No answer from the gateway for a day: giving back %(amount)s that nobody expected, %(reference)s")
    else:
        subject = _("No answer from the gateway for a day: %(kind)s of %(amount)s for %(reference)s")
    subject %= context
    return mail("orders/mail/member_handed_over", subject, context, is_test=operation.order.is_test)


def _context(operation: Operation) -> dict[str, str]:
    order = operation.order
    return {
        "store": order.store.name,
        "reference": order.merchant_reference1,
        "amount": format_money(operation.amount, operation.currency, get_language() or "en"),
        "url": settings.PUBLIC_URL + reverse("orders:details", args=[order.pk]),
    }
