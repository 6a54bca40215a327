"""The timeline by kind: what moved money, what went between shop and customer, what was edited, what was printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.models import Event

_GROUP_OF = {
    "link": "contact",
    "message": "contact",
    "slip": "papers",
    "edit": "edits",
    "references": "edits",
    "customer": "edits",
    "order.amended": "edits",
    "order.edited": "edits",
}  # everything else is about the money
_WORDS: dict[str, Callable[[], str]] = {
    "": lambda: _("All"),
    "money": lambda: _("Money"),
    "contact": lambda: _("Links and messages"),
    "edits": lambda: _("Edits"),
    "papers": lambda: _("Packing slips"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read the timeline, at an address of its own."""

    name: str
    words: str
    url: str
    is_current: bool


def group_of(event: Event) -> str:
    """Money, contact, edits or papers: the event's kind decides, or its subject."""
    return _GROUP_OF.get(event.kind) or _GROUP_OF.get(event.kind.partition(".")[0], "money")


def shown(events: Sequence[Event], kind: str) -> list[Event]:
    """The events of one kind, or all of them when `kind` makes no sense."""
    return [event for event in events if group_of(event) == kind] if kind in _WORDS and kind else list(events)


def choices(events: Sequence[Event], kind: str, url: str) -> list[Choice]:
    """The kinds this order has; none when there is nothing to choose between."""
    present = {group_of(event) for event in events}
    if len(present) < 2:  # noqa: PLR2004 - one kind is no choice
        return []
    current = kind if kind in present else ""
    join = "&" if "?" in url else "?"
    return [
        Choice(name, words(), f"{url}{join}kind={name}" if name else url, name == current)
        for name, words in _WORDS.items()
        if not name or name in present
    ]
