"""What distinguishes two versions of an order: kept with the event as data, told in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.money import format_amount
from orders.models.lines import NEGATIVE_TYPES, LineType
from orders.receipts import percent

MOST_TOLD = 12  # changes said one by one; the rest is counted

CELLS = ("type", "name", "reference", "quantity", "unit_price", "tax_rate", "discount_amount", "total_amount")


class LineLike(Protocol):
    """A stored line, or one that is typed."""

    @property
    def type(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def reference(self) -> str: ...

    @property
    def quantity(self) -> int: ...

    @property
    def unit_price(self) -> int: ...

    @property
    def tax_rate(self) -> int: ...

    @property
    def discount_amount(self) -> int: ...

    @property
    def total_amount(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Content:
    """What one version of an order says; lines are stored ones or typed ones."""

    lines: tuple[Any, ...]
    contact: str
    merchant_reference1: str
    merchant_reference2: str = ""
    customer_name: str = ""
    auto_capture: bool = False


def pair(old: Sequence[Any], new: Sequence[Any]) -> list[Any | None]:
    """For each new line the old one it goes on from, or None.

    The same line first, then the same reference, then the same name: what somebody
    corrected stays the item it was.
    """
    found: list[Any | None] = [None] * len(new)
    rest = list(old)
    for key in (_same, _by_reference, _by_name):
        for place, line in enumerate(new):
            wanted = key(line)
            if found[place] is None and wanted:
                match = next((each for each in rest if key(each) == wanted), None)
                if match is not None:
                    found[place] = match
                    rest.remove(match)
    return found


def _same(line: Any) -> tuple[Any, ...]:
    return tuple(getattr(line, cell) for cell in CELLS)


def _by_reference(line: Any) -> tuple[str, ...]:
    return (line.type, line.reference) if line.reference else ()


def _by_name(line: Any) -> tuple[str, ...]:
    return (line.type, line.name)


def line_changes(old: Sequence[Any], new: Sequence[Any]) -> list[dict[str, Any]]:
    """Added, changed and removed lines as plain data, amounts in minor units."""
    found: list[dict[str, Any]] = []
    paired = pair(old, new)
    for before, after in zip(paired, new, strict=True):
        if before is None:
            found.append({"what": "added", "after": _cells(after)})
        elif _same(before) != _same(after):
            found.append({"what": "line", "before": _cells(before), "after": _cells(after)})
    kept = {id(line) for line in paired}
    found += [{"what": "removed", "before": _cells(line)} for line in old if id(line) not in kept]
    return found


def _cells(line: Any) -> dict[str, Any]:
    return {cell: getattr(line, cell) for cell in CELLS}


_TEXTS = {
    "reference1": "merchant_reference1",
    "reference2": "merchant_reference2",
    "contact": "contact",
    "name": "customer_name",
    "capture": "auto_capture",
}
SEEN_BY_CUSTOMERS = frozenset({"added", "removed", "line", "reference1"})


def changes_of(old: Content, new: Content) -> list[dict[str, Any]]:
    """Everything that differs, lines first; empty when nothing does."""
    found = line_changes(old.lines, new.lines)
    for what, name in _TEXTS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append({"what": what, "before": before, "after": after})
    return found


def told(
    changes: Iterable[Mapping[str, Any]], currency: str, *, to_customer: bool = False, most: int = MOST_TOLD
) -> list[str]:
    """Changes in words; a customer is told only of what the customer sees."""
    locale = get_language() or "en"
    shown = [each for each in changes if not to_customer or each["what"] in SEEN_BY_CUSTOMERS]
    words = [text for each in shown[:most] for text in _WORDS[each["what"]](each, currency, locale)]
    if len(shown) > most:
        words.append(_("and %(count)s more") % {"count": len(shown) - most})
    return words


def _added(change: Mapping[str, Any], currency: str, locale: str) -> list[str]:
    return [_("Added: %(line)s") % {"line": _line(change["after"], currency, locale)}]


def _removed(change: Mapping[str, Any], currency: str, locale: str) -> list[str]:
    return [_("Removed: %(line)s") % {"line": _line(change["before"], currency, locale)}]


def _line(line: Mapping[str, Any], currency: str, locale: str) -> str:
    return f"{line['name']}, {_price(line, currency, locale)}"


def _changed(change: Mapping[str, Any], currency: str, locale: str) -> list[str]:
    """One sentence for each property that differs, led by the line's name."""
    before, after = change["before"], change["after"]
    properties = (
        (before["name"], after["name"]),
        (_price(before, currency, locale), _price(after, currency, locale)),
        (_vat(before, locale), _vat(after, locale)),
        (_type(before), _type(after)),
        (before["reference"] or "–", after["reference"] or "–"),
    )
    return [
        _("%(name)s: %(now)s, before %(old)s") % {"name": before["name"], "now": now, "old": old}
        for old, now in properties
        if old != now
    ]


def _price(line: Mapping[str, Any], currency: str, locale: str) -> str:
    """Quantity times price, and the discount within the line; a discount line is its sum."""
    if line["type"] in NEGATIVE_TYPES:
        return format_amount(line["total_amount"], currency, locale)
    each = f"{line['quantity']} × {format_amount(line['unit_price'], currency, locale)}"
    if not line["discount_amount"]:
        return each
    discount = format_amount(-line["discount_amount"], currency, locale)
    return _("%(each)s, discount %(discount)s") % {"each": each, "discount": discount}


def _vat(line: Mapping[str, Any], locale: str) -> str:
    return _("VAT %(rate)s") % {"rate": percent(line["tax_rate"], locale)}


def _type(line: Mapping[str, Any]) -> str:
    return str(LineType(line["type"]).label)


def _text(label: Callable[[], str]) -> Callable[[Mapping[str, Any], str, str], list[str]]:
    def words(change: Mapping[str, Any], _currency: str, _locale: str) -> list[str]:
        values = {"name": label(), "now": change["after"], "old": change["before"]}
        if not change["before"]:
            return [_("%(name)s: %(now)s") % values]
        if not change["after"]:
            return [_("%(name)s: removed, before %(old)s") % values]
        return [_("%(name)s: %(now)s, before %(old)s") % values]

    return words


def _capture(change: Mapping[str, Any], _currency: str, _locale: str) -> list[str]:
    return [_("Captured automatically") if change["after"] else _("Captured when you ship")]


_WORDS: dict[str, Callable[[Mapping[str, Any], str, str], list[str]]] = {
    "added": _added,
    "removed": _removed,
    "line": _changed,
    "reference1": _text(lambda: _("Reference")),
    "reference2": _text(lambda: _("Merchant reference 2")),
    "contact": _text(lambda: _("Sent to")),
    "name": _text(lambda: _("Customer's name")),
    "capture": _capture,
}
