"""A partly captured line, parted: both parts sum to it, and each is a line the rules allow."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from common.money import slice_until, tax_of
from orders.cutting import Share
from orders.editing.standing import _rest, _taken
from orders.models import Line, LineType


def _line(kind: str, quantity: int, price: int, discount: int, rate: int) -> Line:
    total = quantity * price - discount
    line = Line(type=kind, name="Goods", quantity=quantity, unit_price=price, tax_rate=rate, discount_amount=discount)
    line.total_amount, line.tax_amount, line.item = total, tax_of(total, rate), uuid.uuid4()
    return line


@given(st.integers(2, 500), st.integers(0, 50_000), st.data(), st.sampled_from([0, 600, 1200, 2500, 10000]))
def test_goods_are_parted_without_losing_a_unit_of_money(quantity: int, price: int, data: st.DataObject, rate: int):
    discount = data.draw(st.integers(0, quantity * price))
    line = _line(LineType.PHYSICAL, quantity, price, discount, rate)
    units = data.draw(st.integers(1, quantity - 1))
    amount = slice_until(line.total_amount, quantity, units)
    share = Share(
        1, line.name, line.type, quantity, line.total_amount, rate, units, amount, tax_of(amount, rate)
    )  # fmt: skip
    taken, rest = _taken(line, share), _rest(line, share, 2)
    assert (taken.item, taken.line.quantity, taken.line.total_amount) == (line.item, units, amount)
    assert taken.line.total_amount + rest.line.total_amount == line.total_amount
    assert taken.line.quantity + rest.line.quantity == quantity
    assert rest.item != line.item
    for part in (taken, rest):
        part.line.check()
        assert part.line.unit_price == price
        assert part.tax_amount == tax_of(part.line.total_amount, rate)


@given(st.integers(1, 9), st.integers(2, 50_000), st.data())
def test_a_discount_is_parted_into_two_sums(quantity: int, price: int, data: st.DataObject) -> None:
    line = _line(LineType.DISCOUNT, quantity, -price, 0, 2500)
    amount = -data.draw(st.integers(1, quantity * price - 1))
    share = Share(1, line.name, line.type, quantity, line.total_amount, 2500, 0, amount, tax_of(amount, 2500))
    taken, rest = _taken(line, share), _rest(line, share, 2)
    assert taken.line.total_amount + rest.line.total_amount == line.total_amount
    for part in (taken, rest):
        part.line.check()
        assert part.line.quantity == 1
