"""Messages about an order as staff read them: what about, what became of them, which can go out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.roles import Permission, who_can_grant
from common import markup
from common.errors import Obstacle
from messaging.models import Channel, Message
from orders import messages
from orders.entries import actor_words
from orders.models import Operation, Order, State
from orders.states import Status
from orders.subjects import about

_MOST = 200  # an order has a handful; nobody reads more
_TO_MEMBERS = "member."  # to our own people, not to the customer
_LINK = "link."  # these belong to a part of the house above this one
_MARKS = {
    Message.State.QUEUED: ("hourglass", ""),
    Message.State.SENDING: ("hourglass", ""),
    Message.State.SENT: ("circle-check", "ok"),
    Message.State.BOUNCED: ("circle-alert", "bad"),
    Message.State.FAILED: ("circle-alert", "bad"),
    Message.State.DROPPED: ("circle-minus", ""),
}
# what only the person it was written to may read
_PERSONAL = frozenset({messages.MONEY_RETURNED, messages.CONTACT_MOVED})


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to print. `error` is why it was lost, or why it is tried again."""

    title: str
    icon: str
    recipient: str
    state: SafeString
    error: str
    actor: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    url: str
    is_lost: bool


def letters_of(order: Order, query: str = "") -> list[Letter]:
    """Every message of the order, newest first; their pages remember the list by `query`. One query."""
    found = (
        Message.objects.filter(order_id=order.pk).exclude(kind__startswith=_TO_MEMBERS).order_by("-created_at", "-pk")
    )
    return [letter_of(message, query) for message in found[:_MOST]]


def letter_of(message: Message, query: str = "") -> Letter:
    """One message as it is shown."""
    icon, tone = _MARKS[Message.State(message.state)]
    return Letter(
        title=about(message.kind),
        icon="mail" if message.channel == Channel.EMAIL else "smartphone",
        recipient=message.recipient,
        state=markup.status(str(Message.State(message.state).label), icon, tone),
        error=message.error,
        actor=actor_words(message.origin, message.actor) if message.origin else "",
        attempts=message.attempts,
        created_at=message.created_at,
        sent_at=message.sent_at,
        url=address(message) + query,
        is_lost=message.state in {Message.State.BOUNCED, Message.State.FAILED},
    )


def address(message: Message, name: str = "message") -> str:
    """Where a message is read; what carries a payment link is read where links are known."""
    space = "paylinks" if message.kind.startswith(_LINK) else "orders"
    return reverse(f"{space}:{name}", args=[message.order_id, message.pk])


def recipients_of(order: Order, message: Message) -> list[str]:
    """Who may be sent the message again: the order's present contact first, then who it went to."""
    present = order.email or order.phone
    if message.kind in _PERSONAL or not present:
        return [message.recipient]
    return list(dict.fromkeys([present, message.recipient]))


def newest_copy(message: Message) -> Message:
    """The last message that says the same as this one: itself, until it was sent again."""
    same = Message.objects.filter(
        order_id=message.order_id, task=message.task, kind=message.kind, subject_id=message.subject_id
    )
    return same.latest("created_at", "pk")


def may_send(order: Order, access: Access) -> bool:
    """Sending a customer a message again needs what sending a link again needs."""
    return access.can(Permission.LINKS_CREATE, order.store_id)


def again_obstacle(order: Order, message: Message, access: Access) -> Obstacle | None:
    """Why a message of an order is not sent again, or None. Two queries at most, for a refund."""
    if not may_send(order, access):
        return Obstacle("permission_denied", _("Your role does not include this."), who_can_grant())
    if message.settled_at is None:
        return Obstacle("on_its_way", _("It has not left yet, and is sent by itself."))
    check = _CHECKS.get(message.kind)
    return check(order, message) if check else None


def _confirmation(order: Order, _message: Message) -> Obstacle | None:
    if order.status not in {Status.CANCELLED, Status.EXPIRED}:
        return None
    return Obstacle("is_over", _("The order is over. A confirmation would mislead the customer."))


def _refunded(_order: Order, message: Message) -> Obstacle | None:
    """A refund that failed after all is not confirmed once more."""
    refunds = Operation.objects.filter(state=State.SUCCEEDED, reversal=None)
    stands = message.subject_id is not None and refunds.filter(pk=message.subject_id).exists()
    return None if stands else Obstacle("not_refunded", _("The refund failed after all."))


_CHECKS: dict[str, Callable[[Order, Message], Obstacle | None]] = {
    messages.CONFIRMATION: _confirmation,
    messages.REFUNDED: _refunded,
}
