"""The proof of the slices is one: with the rounding made wrong, a thousand lines do not sum any more."""

from __future__ import annotations

from typing import Any

import pytest

from common.money import tax_of
from tests.orders.test_slices_at_random import walk

LINES = 1_000


def _by_unit(total: int, quantity: int, units: int) -> int:
    """Each unit rounded alone, and their sum."""
    return (2 * total + quantity) // (2 * quantity) * units


def _cut_off(total: int, quantity: int, units: int) -> int:
    """What is left of a unit is nobody's."""
    return total // quantity * units


def _two_off(total: int, rate: int) -> int:
    return tax_of(total, rate) + 2 * (total > 0)


def _down(total: int, rate: int) -> int:
    """Rounded down: each piece is near its exact value, but not the whole."""
    return total * rate // (10_000 + rate)


WRONG = {
    "slices rounded by unit": ("slice_until", _by_unit),
    "slices cut off": ("slice_until", _cut_off),
    "tax that is two off": ("tax_of", _two_off),
    "tax rounded down": ("tax_of", _down),
}


@pytest.mark.parametrize(("name", "wrong"), WRONG.values(), ids=WRONG)
def test_control_with_wrong_rounding_it_is_found(name: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"orders.cutting.pieces.{name}", wrong)
    with pytest.raises(AssertionError):
        walk(LINES)


def test_control_a_discount_that_does_not_follow_its_goods_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.cutting.captures.followers", lambda *_: [])
    with pytest.raises(AssertionError):
        walk(LINES)
