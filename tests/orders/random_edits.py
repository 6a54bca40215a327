"""Random edits of whatever lines stand open in an order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from orders.editing.plan import Wish
from orders.editing.standing import standing_of
from orders.lines import LineInput
from orders.models import Line, LineType, OperationLine, Order

# which open line goes, which one changes and to what, and what is added; most totals stay within what is held
drops = st.sampled_from([None, None, None, 0, 1, 2])
quantities = st.sampled_from([None, None, 1, 2, 5])
less_off = st.sampled_from([0, 0, 100, 1999])
adds = st.lists(
    st.builds(
        LineInput,
        st.sampled_from([LineType.PHYSICAL, LineType.SHIPPING_FEE]),
        st.just("Added"),
        st.integers(1, 3),
        st.integers(1, 9_999),
        st.sampled_from([2500, 1200, 0]),
    ),
    max_size=1,
)


def wishes(order: Order, drop: int | None, quantity: int | None, off: int, add: list[LineInput]) -> list[Wish]:
    """The open lines: one dropped, the first one changed, some taken off it, and others added."""
    parts = list(standing_of(order).open)
    if drop is not None and drop < len(parts):
        del parts[drop]
    found = [Wish(part.line, part.source) for part in parts]
    if found and found[0].line.unit_price > 0:
        line = found[0].line
        line = replace(line, quantity=quantity or line.quantity, discount_amount=0)
        found[0] = replace(found[0], line=replace(line, discount_amount=min(off, line.total_amount)))
    return [*found, *(Wish(line) for line in add)]


def open_lines(order: Order) -> list[Line]:
    """Goods of the current lines, captured or not."""
    return list(Line.objects.filter(order=order, revision=order.revision, total_amount__gt=0).order_by("position"))


def captured_lines(order: Order) -> list[Line]:
    """Goods some of which a capture took, as the lines they were then."""
    pieces = OperationLine.objects.filter(operation__order=order, operation__kind="capture", amount__gt=0)
    return list(Line.objects.filter(pk__in=pieces.values("line")).order_by("revision", "position"))
