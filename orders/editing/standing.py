"""An order's lines as they stand before an edit: captured and locked, or open.

A line of which some units were captured stands as two: what was taken keeps the
line's item and what was really taken for it, the rest is a line of its own.
Units whose capture is in flight count as captured.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Max

from orders.cutting import Share
from orders.cutting.pieces import rest_by_rate
from orders.lines import LineInput
from orders.models import Line, Order
from orders.selection import Rest, rest_to_capture


@dataclass(frozen=True, slots=True)
class Part:
    """A line, or the captured or open part of one.

    `item` is what it will be called in the next revision, `source` the item of
    the line it stands in now. Amounts in minor units.
    """

    item: uuid.UUID
    source: uuid.UUID
    line: LineInput
    tax_amount: int
    unit: str = ""


@dataclass(frozen=True)
class Standing:
    """The parts, and what captures took or are taking at each tax rate."""

    revision: int  # the next free one
    locked: tuple[Part, ...]
    open: tuple[Part, ...]
    taken: dict[int, int]


def standing_of(order: Order, revision: int | None = None) -> Standing:
    """Read the current lines; `revision` is the one to come, the next free one when not given."""
    coming = revision or next_revision(order)
    rest = rest_to_capture(order)
    shares = {share.key: share for share in rest.shares}
    locked: list[Part] = []
    left: list[Part] = []
    for line in Line.objects.filter(order=order, revision=order.revision).order_by("position"):
        share = shares[line.pk]
        if not share.taken_quantity and not share.taken_amount:
            left.append(_whole(line))
        elif _is_taken(share):
            locked.append(_whole(line))
        else:
            locked.append(_taken(line, share))
            left.append(_rest(line, share, coming))
    return Standing(coming, tuple(locked), tuple(left), _taken_by_rate(rest))


def next_revision(order: Order) -> int:
    """The next number no lines have, not even those of an edit that was declined."""
    last = Line.objects.filter(order=order).aggregate(last=Max("revision"))["last"]
    return int(last or order.revision) + 1


def _is_taken(share: Share) -> bool:
    return share.left_quantity <= 0 if share.is_goods else share.left_amount == 0


def _whole(line: Line) -> Part:
    content = LineInput(
        line.type, line.name, line.quantity, line.unit_price, line.tax_rate, line.reference, line.discount_amount
    )
    return Part(line.item, line.item, content, line.tax_amount, line.quantity_unit)


def _taken(line: Line, share: Share) -> Part:
    content = _cut(line, share.is_goods, share.taken_quantity, share.taken_amount)
    return Part(line.item, line.item, content, share.taken_tax, line.quantity_unit)


def _rest(line: Line, share: Share, revision: int) -> Part:
    content = _cut(line, share.is_goods, share.left_quantity, share.left_amount)
    # the same name whenever the edit is looked at: at the request, and when the gateway has answered
    item = uuid.uuid5(line.item, f"rest {revision}")
    return Part(item, line.item, content, content.tax_amount, line.quantity_unit)


def _cut(line: Line, is_goods: bool, quantity: int, amount: int) -> LineInput:  # noqa: FBT001
    """Some units of a line at its unit price; what the sum lacks is its discount. A discount is one sum."""
    if not is_goods:
        return LineInput(line.type, line.name, 1, amount, line.tax_rate, line.reference)
    discount = quantity * line.unit_price - amount
    return LineInput(line.type, line.name, quantity, line.unit_price, line.tax_rate, line.reference, discount)


def _taken_by_rate(rest: Rest) -> dict[int, int]:
    """What lines and free amounts took at each rate, in minor units."""
    whole: dict[int, int] = {}
    for share in rest.shares:
        whole[share.tax_rate] = whole.get(share.tax_rate, 0) + share.total
    left = rest_by_rate(rest.shares, rest.free_taken)
    return {rate: whole.get(rate, 0) - amount for rate, amount in left.items()}
