"""Random orders, and random parts of them to capture or refund."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from orders.cutting import Free
from orders.lines import LineInput
from orders.models import Line, LineType
from orders.selection import EVERYTHING, Selection

RATES = (2500, 1200, 0)

goods = st.builds(
    LineInput,
    st.sampled_from([LineType.PHYSICAL, LineType.DIGITAL, LineType.SHIPPING_FEE]),
    st.just("Goods"),
    st.integers(1, 9),
    st.integers(100, 99_999),
    st.sampled_from(RATES),
)
minus = st.lists(
    st.builds(
        LineInput,
        st.sampled_from([LineType.DISCOUNT, LineType.GIFT_CARD]),
        st.just("Less"),
        st.just(1),
        st.integers(-80, -1),
        st.just(0),
    ),
    max_size=1,
)
units = st.dictionaries(st.integers(0, 3), st.sampled_from([1, 1, 1, 2]), max_size=2)
# percent of a line, at its rate
shares = st.lists(st.tuples(st.sampled_from([3, 10, 20, 40, 110]), st.integers(0, 3)), max_size=2)


def selection_of(lines: list[Line], units: Any, shares: Any, fee: int = 0) -> Selection:
    """Some units of these lines, some percent of them at their rate, and a fee; else everything."""
    if not lines or (not units and not shares):
        return EVERYTHING
    four = [lines[index % len(lines)] for index in range(4)]
    quantities = {four[index].pk: count for index, count in units.items()}
    frees = [(four[index], percent) for percent, index in shares]
    parts = tuple(Free(max(line.total_amount * percent // 100, 1), line.tax_rate, "Part") for line, percent in frees)
    return Selection(quantities, parts, Free(fee, 2500, "Return fee") if fee else None)
