"""The invitation to pay, rendered at delivery, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, times
from common.actor import Actor
from common.money import format_money
from common.zones import zone_of
from messaging.actions import queue
from messaging.models import Channel, Message
from messaging.render import Rendered, mail, sms
from orders.actions.book_message import LOST
from paylinks.amended import Amended, amended_by
from paylinks.models import PaymentLink
from paylinks.tokens import token_of, url_of

INVITATION = "link.invitation"
UNDELIVERED = "link.undelivered"
TASK = "paylinks.tasks.deliver_message"
HIDDEN = "•••"


def render(message: Message) -> Rendered | None:
    """The message's words in the language that is active; None when it is no longer wanted.

    A link that is paid, cancelled, replaced or over is not sent any more.
    """
    link = _link(message)
    if link is None or (message.kind == INVITATION and not (link.is_current and link.is_open(clock.now()))):
        return None
    return _words(message, link)


def reading(message: Message, *, shows_address: bool) -> Rendered | None:
    """The same for staff to read, also when the link is closed; its address only for who may have it."""
    link = _link(message)
    rendered = _words(message, link) if link else None
    if link is None or rendered is None or shows_address:
        return rendered
    token = token_of(link.pk)
    return replace(rendered, text=rendered.text.replace(token, HIDDEN), html=rendered.html.replace(token, HIDDEN))


def _link(message: Message) -> PaymentLink | None:
    links = PaymentLink.objects.select_related("order__store__merchant")
    return links.filter(pk=message.subject_id).first() if message.subject_id else None


def _words(message: Message, link: PaymentLink) -> Rendered | None:
    with timezone.override(zone_of(link.order.country)):
        return _RENDER[message.kind](message, link)


def _invitation(message: Message, link: PaymentLink) -> Rendered:
    context = _context(link)
    amended = amended_by(link)
    if amended is not None:
        return _amended(message, link, context, amended)
    if message.channel == Channel.SMS:
        words = _("%(store)s: pay order %(reference)s, %(amount)s, before %(until)s: %(url)s")
        return sms(words % context, is_test=link.order.is_test)
    subject = _("Pay order %(reference)s from %(store)s") % context
    return mail("paylinks/mail/invitation", subject, context, is_test=link.order.is_test)


def _amended(message: Message, link: PaymentLink, context: dict[str, Any], amended: Amended) -> Rendered:
    """The link of a new version says that the order changed, and both totals."""
    if message.channel == Channel.SMS:
        words = _(
            "%(store)s: order %(reference)s has changed, now %(amount)s, was %(before)s. Pay before %(until)s: %(url)s"
        )
        return sms(words % {**context, "before": amended.old_total}, is_test=link.order.is_test)
    subject = _("Order %(reference)s from %(store)s has changed") % context
    return mail("paylinks/mail/amended", subject, {**context, "amended": amended}, is_test=link.order.is_test)


def _undelivered(message: Message, link: PaymentLink) -> Rendered | None:
    """To the member who sent the link: it did not arrive."""
    lost = Message.objects.filter(subject_id=link.pk, kind=INVITATION, state__in=LOST).first()
    if lost is None:
        return None
    context = {**_context(link), "reason": lost.error, "recipient": lost.recipient}
    subject = _("Payment link for %(reference)s did not arrive") % context
    return mail("paylinks/mail/undelivered", subject, context, is_test=link.order.is_test)


_RENDER: dict[str, Callable[[Message, PaymentLink], Rendered | None]] = {
    INVITATION: _invitation,
    UNDELIVERED: _undelivered,
}


def _context(link: PaymentLink) -> dict[str, Any]:
    order = link.order
    return {
        "store": order.store.name,
        "sender": order.store.name,
        "support_email": order.store.support_email,
        "reference": order.merchant_reference1,
        "amount": format_money(order.amount, order.currency, get_language() or "en"),
        "until": times.stamp(link.expires_at),
        "url": url_of(link.pk),
    }


def alert_sender(message: Message, at: datetime) -> None:
    """The member who made the link hears of it by e-mail, as long as they can sign in."""
    if message.subject_id is None:
        return
    creators = PaymentLink.objects.filter(pk=message.subject_id).values_list("created_by_id", flat=True)
    creator = User.objects.filter(pk__in=creators, is_active=True).first()
    if creator is None:
        return
    queue(
        kind=UNDELIVERED,
        task=TASK,
        channel=Channel.EMAIL,
        recipient=creator.email,
        language=creator.language,
        at=at,
        subject_id=message.subject_id,
        order_id=message.order_id,
        merchant_id=message.merchant_id,
        by=Actor.system(),
    )
