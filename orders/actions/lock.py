"""Taking the order's row first, the same way everywhere."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import NoReturn

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Access
from common import times
from common.errors import DomainError, Obstacle
from common.money import format_money
from orders.entries import actor_words
from orders.models import Kind, Operation, Order
from orders.models.operations import IN_FLIGHT
from orders.timeline import What, happened_since


def locked(order_id: uuid.UUID, *, access: Access | None = None) -> Order:
    """The order, locked until commit; Order.DoesNotExist when it is not in reach.

    Lock order everywhere: Order, PaymentLink, Attempt, Operation.
    """
    orders = Order.objects.visible_to(access) if access is not None else Order.objects.all()
    return orders.select_for_update(no_key=True, of=("self",)).select_related("store").get(pk=order_id)


def check_version(order: Order, version: int | None) -> None:
    """Raise DomainError `stale` when somebody acted since the form was shown."""
    if version is not None and order.version != version:
        words = _("The order has changed since you opened it. Nothing was done; look at the new numbers.")
        raise DomainError("stale", f"{words} {last_words(order, version)}".strip())


def moved_on(order: Order) -> bool:
    """Whether somebody acted since the order was read: what was read of it afterwards does not belong to it then."""
    return not Order.objects.filter(pk=order.pk, version=order.version).exists()


def refuse(order: Order, found: Obstacle, version: int | None) -> NoReturn:
    """Raise what stands in the way; when somebody acted since the form was shown, `stale` with who did what."""
    if found.code != "permission_denied":
        check_version(order, version)
    raise found.error()


def last_words(order: Order, version: int, *, but: Collection[Operation] = ()) -> str:
    """Who did what last since then, or is just doing; `but` these operations do not count."""
    own = {operation.pk for operation in but}
    events = [event for event in happened_since(order, version) if event.operation_id not in own]
    running = Operation.objects.filter(order=order, is_stray=False, state__in=IN_FLIGHT).exclude(pk__in=own)
    newest = running.order_by("-requested_at").first()
    if newest is not None and (not events or newest.requested_at > events[-1].at):
        return _running_words(newest)
    if not events:
        return ""
    last = events[-1]
    words = _("%(what)s by %(who)s, %(when)s.")
    who = actor_words(last.origin, last.actor)
    return words % {"what": What(last.kind).label, "who": who, "when": times.stamp(last.at)}


def _running_words(operation: Operation) -> str:
    """A movement that was reserved and has nothing to tell of yet: what, how much, by whom."""
    words = _("%(what)s, %(sum)s, by %(who)s, %(when)s. The gateway has not answered yet.")
    return words % {
        "what": Kind(operation.kind).label,
        "sum": format_money(operation.amount, operation.currency, get_language() or "en"),
        "who": actor_words(operation.origin, operation.actor),
        "when": times.stamp(operation.requested_at),
    }
