"""What an edit would come to: the new lines, the new total, and what happens at the gateway."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.money import format_money
from orders.changes import CELLS, LineLike
from orders.editing.standing import Part, Standing, standing_of
from orders.facts import percent
from orders.lines import LineInput, check_lines
from orders.models import Order
from payments.gateway import Method
from payments.gateways import gateway_for

MAX_LINES = 1000  # of an order, whoever writes them; the form offers fewer


@dataclass(frozen=True, slots=True)
class Wish:
    """A line that is to be there beside the captured ones; `item` is the line it was before, if it was one."""

    line: LineInput
    item: uuid.UUID | None = None


@dataclass(frozen=True)
class Plan:
    """An edit that could be made. Amounts in minor units.

    `is_asked` says that the gateway is asked to hold another sum, or told the
    new lines; otherwise it goes on holding what it holds.
    """

    order: Order
    method: Method
    standing: Standing
    parts: tuple[Part, ...]
    changes: tuple[dict[str, Any], ...]
    held: int
    is_asked: bool

    @property
    def lines(self) -> list[LineInput]:
        """The new lines, captured ones first."""
        return [part.line for part in self.parts]

    @property
    def total(self) -> int:
        """The new total."""
        return sum(part.line.total_amount for part in self.parts)

    @property
    def taxes(self) -> dict[int, int]:
        """VAT contained in the new total, by rate, the highest first."""
        sums: dict[int, int] = {}
        for part in self.parts:
            sums[part.line.tax_rate] = sums.get(part.line.tax_rate, 0) + part.tax_amount
        return {rate: tax for rate, tax in sorted(sums.items(), reverse=True) if tax}

    @property
    def asked_amount(self) -> int:
        """The authorization asked for: what was released before stays part of it."""
        return self.total + self.order.released_amount

    @property
    def surplus(self) -> int:
        """What stays held beyond the new total until the last capture."""
        return 0 if self.is_asked else self.held - self.total

    @property
    def is_last(self) -> bool:
        """Nothing is left to capture afterwards."""
        return self.order.captured_amount > 0 and self.total == self.order.captured_amount


def plan_edit(order: Order, wishes: Sequence[Wish]) -> Plan:
    """What `wishes` in place of the open lines come to, for the preview and the action alike.

    Captured and in flight <= new total <= what the gateway holds, or may hold
    when it can be asked for more. Raises DomainError: nothing changed, a line
    that was captured, a total outside the limits, or less left at a tax rate
    than was captured there.
    """
    standing = standing_of(order)
    parts = (*standing.locked, *_parts(standing, wishes))
    lines = [part.line for part in parts]
    check_lines(lines, MAX_LINES, currency=order.currency)
    changes = edit_changes(standing, {part.item: part.line for part in parts})
    if not changes:
        raise DomainError("unchanged", _("Nothing was changed."))
    total = sum(line.total_amount for line in lines)
    _check_least(order, total)
    _check_rates(order, standing, lines)
    method = gateway_for(order.paying_account).method(order.payment_method)
    held = order.authorized_amount - order.released_amount - order.releasing_amount
    asked = _is_asked(order, method, total, held)
    return Plan(order, method, standing, parts, tuple(changes), held, asked)


def _parts(standing: Standing, wishes: Sequence[Wish]) -> list[Part]:
    """The wished lines; one that goes on from an open line takes over its name, once."""
    there = {part.source: part for part in standing.open}
    locked = {part.source for part in standing.locked}
    found = []
    for wish in wishes:
        before = there.pop(wish.item, None) if wish.item else None
        if wish.item in locked and before is None:
            words = _("%(name)s has been captured and cannot be changed.") % {"name": wish.line.name}
            raise DomainError("line_locked", words, field="lines")
        item = before.item if before else uuid.uuid4()
        unit = before.unit if before else ""
        found.append(Part(item, before.source if before else item, wish.line, wish.line.tax_amount, unit))
    return found


def edit_changes(standing: Standing, lines: Mapping[uuid.UUID, LineLike]) -> list[dict[str, Any]]:
    """What `lines`, by item, change of the open ones: added, changed and removed, as plain data."""
    before = {part.item: part.line for part in standing.open}
    locked = {part.item for part in standing.locked}
    found: list[dict[str, Any]] = []
    for item, line in lines.items():
        if item in locked:
            continue
        if item not in before:
            found.append({"what": "added", "after": _cells(line)})
        elif _cells(line) != _cells(before[item]):
            found.append({"what": "line", "before": _cells(before[item]), "after": _cells(line)})
    return found + [{"what": "removed", "before": _cells(was)} for item, was in before.items() if item not in lines]


def _cells(line: LineLike) -> dict[str, Any]:
    return {cell: getattr(line, cell) for cell in CELLS}


def _check_rates(order: Order, standing: Standing, lines: Sequence[LineInput]) -> None:
    """What was captured at a rate, also as an amount without lines, stays covered by lines of that rate."""
    there: dict[int, int] = {}
    for line in lines:
        there[line.tax_rate] = there.get(line.tax_rate, 0) + line.total_amount
    for rate, taken in standing.taken.items():
        left = max(there.get(rate, 0), 0)
        if taken > left:
            words = _("At %(rate)s VAT %(least)s has been captured, and the lines come to %(total)s.")
            names = {"rate": percent(rate), "least": say(order, taken), "total": say(order, there.get(rate, 0))}
            raise DomainError("below_captured_at_rate", words % names, field="lines")


def _check_least(order: Order, total: int) -> None:
    least = order.captured_amount + order.capturing_amount
    if total < least:
        words = _("The total must be at least %(least)s, which has been captured. It comes to %(total)s.")
        raise DomainError(
            "below_captured", words % {"least": say(order, least), "total": say(order, total)}, field="lines"
        )


def _is_asked(order: Order, method: Method, total: int, held: int) -> bool:
    """Whether the gateway has to say yes; raising above what it holds is refused where it cannot."""
    able = method.capabilities
    if total < held:
        return able.decrease
    if total == held:
        return able.increase or able.decrease
    if able.increase:
        return True
    words = _(
        "%(method)s cannot reserve more than the %(held)s it holds. The lines come to %(total)s: lower them, "
        "or create a new order for the difference of %(difference)s."
    )
    sums = {"held": held, "total": total, "difference": total - held}
    shown = {"method": method.name, **{name: say(order, value) for name, value in sums.items()}}
    raise DomainError("cannot_raise", words % shown, field="lines")


def say(order: Order, minor: int) -> str:
    """An amount with the order's currency, in the reader's language."""
    return format_money(minor, order.currency, get_language() or "en")
