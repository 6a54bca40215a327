"""What others did to an order that waits to be paid, since a form of it was shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from django.utils.translation import gettext as _

from common import times
from common.errors import DomainError, Obstacle
from orders.entries import actor_words
from orders.models import Event, Order
from orders.timeline import What, happened_since

# What a customer does, or a link's end, changes nothing of what a form shows: a running
# attempt is closed first, and a payment is told by the rules.
HARMLESS = frozenset(
    {What.LINK_OPENED, What.LINK_DECLINED, What.LINK_ABANDONED, What.LINK_REQUESTED, What.LINK_EXPIRED}
)


def acted_since(order: Order, version: int) -> list[Event]:
    """What was done that a form of `version` does not show, oldest first."""
    return [event for event in happened_since(order, version) if event.kind not in HARMLESS]


def check_unchanged(order: Order, version: int | None) -> None:
    """Raise DomainError `stale`, with who did what, when somebody acted since the form was shown."""
    acted = acted_since(order, version) if version is not None else []
    if acted:
        raise _stale(acted)


def refuse(order: Order, found: Obstacle, version: int | None) -> NoReturn:
    """Raise what stands in the way; when anything happened since the form was shown, `stale` with who did what."""
    happened = happened_since(order, version) if version is not None else []
    if happened and found.code != "permission_denied":
        raise _stale(happened)
    raise found.error()


def told(events: Iterable[Event]) -> str:
    """Each of them: what, who, when."""
    words = _("%(what)s, %(who)s, %(time)s.")
    return " ".join(
        words % {"what": What(e.kind).label, "who": actor_words(e.origin, e.actor), "time": times.stamp(e.at)}
        for e in events
    )


def _stale(events: Iterable[Event]) -> DomainError:
    words = _("The order has changed since you opened it. Nothing was done; look at it as it is now.")
    return DomainError("stale", f"{words} {told(events)}")
