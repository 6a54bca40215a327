"""What a message to a customer says: written when it leaves, from the order as it is then."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import times
from common.money import format_amount, format_money
from common.zones import zone_of
from messaging.models import Channel, Message
from messaging.render import Rendered, mail, sms
from orders import messages, together
from orders.messages import edit_id
from orders.models import Event, Operation, OperationLine, Order, State
from orders.people.changes import told
from orders.receipts import receipt_of
from orders.timeline import What

# reasons of a return that are about the payment itself: the order may still wait to be paid
_NOT_OF_ORDER = frozenset({"wrong_attempt", "wrong_amount", "wrong_currency"})


def render(message: Message) -> Rendered | None:
    """The message's words in the language that is active; None when its order is gone."""
    orders = Order.objects.select_related("store__merchant")
    order = orders.filter(pk=message.order_id).first() if message.order_id else None
    if order is None:
        return None
    with timezone.override(zone_of(order.country)):
        return _RENDER[message.kind](message, order)


def _confirmation(message: Message, order: Order) -> Rendered:
    store = order.store.name
    if message.channel == Channel.SMS:
        words = _("%(store)s: thank you. Order %(reference)s, %(amount)s is confirmed. Terms: %(terms)s")
        return sms(words % {**_names(order), "terms": order.store.terms_url}, is_test=order.is_test)
    subject = _("Your order %(reference)s from %(store)s") % {"reference": order.merchant_reference1, "store": store}
    context = {**_context(order), "receipt": receipt_of(order), "acceptance": acceptance_of(order)}
    return mail("orders/mail/confirmation", subject, context, is_test=order.is_test)


def _money_returned(message: Message, order: Order) -> Rendered | None:
    operation = Operation.objects.filter(pk=message.subject_id).first() if message.subject_id else None
    if operation is None:
        return None
    amount = format_money(operation.amount, operation.currency, _locale())
    is_done = operation.state == State.SUCCEEDED
    is_of_order = operation.reason not in _NOT_OF_ORDER
    if message.channel == Channel.SMS:
        words = _returned_words(is_of_order=is_of_order, is_done=is_done)
        return sms(words % {**_names(order), "amount": amount}, is_test=order.is_test)
    subject = _("Your payment for order %(reference)s is returned") % {"reference": order.merchant_reference1}
    context = {**_context(order), "amount": amount, "is_done": is_done, "is_of_order": is_of_order}
    return mail("orders/mail/money_returned", subject, context, is_test=order.is_test)


def _returned_words(*, is_of_order: bool, is_done: bool) -> str:
    if not is_of_order:
        done = _("%(store)s: your payment of %(amount)s did not match order %(reference)s and has been returned.")
        soon = _("%(store)s: your payment of %(amount)s did not match order %(reference)s and is being returned.")
        return done if is_done else soon
    done = _("%(store)s: your payment of %(amount)s for order %(reference)s was not needed and has been returned.")
    soon = _("%(store)s: your payment of %(amount)s for order %(reference)s was not needed and is being returned.")
    return done if is_done else soon


def _cancelled(message: Message, order: Order) -> Rendered:
    if message.channel == Channel.SMS:
        words = _("%(store)s: order %(reference)s was not approved and is cancelled. Nothing was charged.")
        return sms(words % _names(order), is_test=order.is_test)
    subject = _("Order %(reference)s is cancelled") % {"reference": order.merchant_reference1}
    context = {**_context(order), "amount": format_money(order.amount, order.currency, _locale())}
    return mail("orders/mail/cancelled", subject, context, is_test=order.is_test)


def _voided(message: Message, order: Order) -> Rendered:
    paid_back = format_money(order.released_amount, order.currency, _locale()) if order.is_charged_at_once else ""
    if message.channel == Channel.SMS:
        words = _("%(store)s: order %(reference)s is cancelled. You have not been charged.")
        if paid_back:
            words = _("%(store)s: order %(reference)s is cancelled. %(paid_back)s is paid back to you.")
        return sms(words % {**_names(order), "paid_back": paid_back}, is_test=order.is_test)
    subject = _("Order %(reference)s is cancelled") % {"reference": order.merchant_reference1}
    amount = format_money(order.amount, order.currency, _locale())
    context = {**_context(order), "amount": amount, "paid_back": paid_back}
    return mail("orders/mail/voided", subject, context, is_test=order.is_test)


def _released(message: Message, order: Order) -> Rendered | None:
    operation = Operation.objects.filter(pk=message.subject_id).first() if message.subject_id else None
    if operation is None:
        return None
    amount = format_money(operation.amount, operation.currency, _locale())
    if message.channel == Channel.SMS:
        words = _("%(store)s: the rest of order %(reference)s is cancelled. %(amount)s is not charged.")
        if order.is_charged_at_once:
            words = _("%(store)s: the rest of order %(reference)s is cancelled. %(amount)s is paid back to you.")
        return sms(words % {**_names(order), "amount": amount}, is_test=order.is_test)
    subject = _("The rest of order %(reference)s is cancelled") % {"reference": order.merchant_reference1}
    return mail("orders/mail/released", subject, {**_context(order), "amount": amount}, is_test=order.is_test)


def _refunded(message: Message, order: Order) -> Rendered | None:
    refunds = together.refunds_of(message)
    if not refunds:
        return None
    total = sum(refund.amount for refund in refunds)
    amount = format_money(total, order.currency, _locale())
    if message.channel == Channel.SMS:
        words = _("%(store)s: %(amount)s of order %(reference)s is refunded to you.")
        return sms(words % {**_names(order), "amount": amount}, is_test=order.is_test)
    subject = _("Refund for order %(reference)s") % {"reference": order.merchant_reference1}
    pieces = [
        {
            "name": piece.name,
            "quantity": piece.quantity,
            "amount": format_amount(piece.amount, order.currency, _locale()),
        }
        for piece in OperationLine.objects.filter(operation__in=refunds).order_by("operation__settled_at", "pk")
    ]
    is_all = total == order.captured_amount
    context = {**_context(order), "amount": amount, "pieces": pieces, "reason": refunds[0].reason, "is_all": is_all}
    context["is_rest"] = not is_all and order.refunded_amount == order.captured_amount and together.has_last(refunds)
    return mail("orders/mail/refunded", subject, context, is_test=order.is_test)


def _customer_edited(message: Message, order: Order) -> Rendered | None:
    events = Event.objects.filter(order=order, kind=What.CUSTOMER_EDITED)
    event = events.filter(data__edit=str(message.subject_id)).first()
    if event is None:
        return None
    if message.channel == Channel.SMS:
        words = _("%(store)s: contact or delivery details of order %(reference)s were changed.")
        return sms(words % _names(order), is_test=order.is_test)
    subject = _("Your details for order %(reference)s were changed") % {"reference": order.merchant_reference1}
    context = {**_context(order), "changes": told(event.data["changes"])}
    return mail("orders/mail/customer_edited", subject, context, is_test=order.is_test)


def _contact_moved(message: Message, order: Order) -> Rendered:
    if message.channel == Channel.SMS:
        words = _("%(store)s: the contact of order %(reference)s was changed. Messages no longer come to this number.")
        return sms(words % _names(order), is_test=order.is_test)
    subject = _("The contact of order %(reference)s was changed") % {"reference": order.merchant_reference1}
    return mail("orders/mail/contact_moved", subject, _context(order), is_test=order.is_test)


def _edited(message: Message, order: Order) -> Rendered | None:
    """Of the edit it was queued for: a later one has a message of its own."""
    events = Event.objects.filter(order=order, kind=What.ORDER_EDITED)
    event = next((each for each in events if edit_id(order, each.data["revision"]) == message.subject_id), None)
    if event is None:
        return None
    old, new = (format_money(event.data[name], order.currency, _locale()) for name in ("old_total", "new_total"))
    if message.channel == Channel.SMS:
        words = _("%(store)s: order %(reference)s was changed. The total was %(old)s and is now %(new)s.")
        return sms(words % {**_names(order), "old": old, "new": new}, is_test=order.is_test)
    subject = _("Your order %(reference)s from %(store)s was changed") % _names(order)
    receipt = receipt_of(order, event.data["revision"])
    context = {**_context(order), "receipt": receipt, "old": old, "new": new}
    return mail("orders/mail/edited", subject, context, is_test=order.is_test)


_RENDER = {
    messages.EDITED: _edited,
    messages.CONFIRMATION: _confirmation,
    messages.MONEY_RETURNED: _money_returned,
    messages.CANCELLED: _cancelled,
    messages.REFUNDED: _refunded,
    messages.VOIDED: _voided,
    messages.RELEASED: _released,
    messages.CUSTOMER_EDITED: _customer_edited,
    messages.CONTACT_MOVED: _contact_moved,
}


def _names(order: Order) -> dict[str, str]:
    return {
        "store": order.store.name,
        "reference": order.merchant_reference1,
        "amount": format_money(order.amount, order.currency, _locale()),
    }


def _context(order: Order) -> dict[str, Any]:
    return {"order": order, "sender": order.store.name, "support_email": order.store.support_email}


def _locale() -> str:
    return get_language() or "en"


def acceptance_of(order: Order) -> dict[str, Any]:
    """The terms the paying customer accepted, and when; the store's own when nothing was noted."""
    begun = Event.objects.filter(order=order, kind=What.LINK_OPENED).order_by("-seq").first()
    if begun is None:
        return {"url": order.store.terms_url, "at": ""}
    return {"url": begun.data.get("terms_url") or order.store.terms_url, "at": times.stamp(begun.at)}
