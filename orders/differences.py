"""Differences between our books and the gateway's, kept as plain data and said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import F, Func, JSONField
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import times
from common.money import format_money
from orders.models import Order
from payments.gateway import Outcome

Plain = dict[str, Any]

_TOLD = """(
    SELECT event.data -> 'differences' FROM orders_event AS event
    WHERE event.order_id = %(expressions)s AND event.kind IN ('sync.difference', 'sync.agreed')
    ORDER BY event.seq DESC LIMIT 1
)"""


class Found(Protocol):
    """What an audit finds."""

    @property
    def what(self) -> str:
        """Where it differs."""

    @property
    def expected(self) -> object:
        """Our books."""

    @property
    def found(self) -> object:
        """The other side."""


@dataclass(frozen=True, slots=True)
class Row:
    """One difference, ready to print."""

    what: str
    ours: str
    theirs: str


def plain(findings: Iterable[Found]) -> list[Plain]:
    """Findings as they are stored, in an order of their own so that equal ones are equal."""
    found = [{"what": f.what, "expected": _plain(f.expected), "found": _plain(f.found)} for f in findings]
    return sorted(found, key=lambda each: (each["what"], str(each["expected"]), str(each["found"])))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, int | str) else str(value)


def last_told(order: Order) -> list[Plain]:
    """What differed when that was last told on the timeline, as it is stored; nothing once they agreed again."""
    found: list[Plain] | None = Order.objects.filter(pk=order.pk).values_list(told_rows(), flat=True).get()
    return found or []


def told_rows(order: str = "pk") -> Func:
    """The same of an order (a path from the annotated rows), within the statement that reads it; None for nothing."""
    return Func(F(order), template=_TOLD, output_field=JSONField())


def rows_of(stored: Iterable[Mapping[str, Any]], currency: str) -> tuple[Row, ...]:
    """Stored differences in the reader's words; what has no word of its own is told as the audit tells it."""
    return tuple(
        Row(_what(each["what"]), _value(each["expected"], currency), _value(each["found"], currency))
        for each in stored
    )


def _what(name: str) -> str:
    words = _WHAT.get(name)
    return words() if words else name


def _value(value: object, currency: str) -> str:
    if isinstance(value, int):
        return format_money(value, currency, get_language() or "en")
    if isinstance(value, list):
        return ", ".join(_value(each, currency) for each in value)
    text = str(value)
    if text in Outcome.values:
        return str(Outcome(text).label)
    if text in _VALUE:
        return _VALUE[text]()
    try:
        return times.stamp(datetime.fromisoformat(text))
    except ValueError:
        return text


_WHAT: dict[str, Callable[[], str]] = {
    "payment at the gateway": lambda: _("Payment reference"),
    "currency at the gateway": lambda: _("Currency"),
    "end of the authorization at the gateway": lambda: _("Authorization ends"),
    "authorized at the gateway": lambda: _("Authorized"),
    "captured at the gateway": lambda: _("Captured"),
    "refunded at the gateway": lambda: _("Refunded"),
    "released at the gateway": lambda: _("Released"),
    "capture at the gateway": lambda: _("One capture"),
    "refund at the gateway": lambda: _("One refund"),
    "void at the gateway": lambda: _("The cancellation"),
    "release at the gateway": lambda: _("One release"),
    "unexpected money at the gateway": lambda: _("Unexpected money"),
}
_VALUE: dict[str, Callable[[], str]] = {
    "": lambda: _("Nothing"),
    "nothing": lambda: _("Nothing"),
    "nothing moved": lambda: _("Nothing moved"),
    "moved": lambda: _("Money moved"),
    "an operation of ours": lambda: _("Not in our books"),
}
