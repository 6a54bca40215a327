"""The timeline by kind, in groups: what moved money, what shop and customer sent, what was edited or printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.models import Event
from orders.timeline import What

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
    "money": lambda: _("Money"),
    "contact": lambda: _("Links and messages"),
    "edits": lambda: _("Edits"),
    "papers": lambda: _("Packing slips"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read the timeline, at an address of its own; `count` entries are left then."""

    name: str
    words: str
    count: int
    url: str
    is_current: bool

    @property
    def key(self) -> str:
        """Its name as part of an element's id."""
        return self.name.replace(".", "-") or "all"


@dataclass(frozen=True, slots=True)
class Reading:
    """The ways to read a timeline: `groups` as the quick choice, and the `kinds` of the one that is chosen."""

    groups: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    chosen: str

    @property
    def words(self) -> str:
        """What is shown when it is not everything, or ""."""
        current = [each.words for each in (*self.groups, *self.kinds) if each.is_current and each.name]
        return current[-1] if current else ""


def group_of(kind: str) -> str:
    """Money, contact, edits or papers: the kind decides, or its subject."""
    return _GROUP_OF.get(kind) or _GROUP_OF.get(kind.partition(".")[0], "money")


def shown(events: Sequence[Event], kind: str) -> list[Event]:
    """The events of one kind or group, or all of them when none is such."""
    return [event for event in events if kind in {event.kind, group_of(event.kind)}] or list(events)


def address(url: str, kind: str) -> str:
    """An address of the order's timeline that shows one kind or group; all of it without a name."""
    return f"{url}{'&' if '?' in url else '?'}kind={kind}" if kind else url


def reading_of(events: Sequence[Event], kind: str, url: str) -> Reading:
    """The groups and kinds this order has, each with its count; none where there is nothing to choose between."""
    kinds = Counter(event.kind for event in events)
    groups = Counter(group_of(event.kind) for event in events)
    chosen = kind if kind in kinds or kind in groups else ""
    group = group_of(chosen) if chosen in kinds else chosen

    def choice(name: str, words: str, count: int, *, is_current: bool) -> Choice:
        return Choice(name, words, count, address(url, name), is_current)

    first = [choice("", _("All"), len(events), is_current=not chosen)] if len(kinds) > 1 else []
    if len(groups) > 1:
        named = ((name, words()) for name, words in _WORDS.items() if name in groups)
        first += [choice(name, words, groups[name], is_current=name == group) for name, words in named]
    here = [what for what in What if what in kinds and (len(groups) == 1 or group_of(what) == group)]
    second = [choice(what, str(what.label), kinds[what], is_current=what == chosen) for what in here]
    if len(groups) == 1:
        return Reading((*first, *second) if first else (), (), chosen)
    return Reading(tuple(first), tuple(second) if len(second) > 1 else (), chosen)
