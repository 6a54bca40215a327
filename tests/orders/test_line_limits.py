"""What is too large is told in the currency's own decimals."""

from __future__ import annotations

import pytest
from django.utils import translation

from common.errors import DomainError
from orders.lines import LineInput, check_lines
from orders.models import LineType


def _line(price: int, quantity: int = 1) -> LineInput:
    return LineInput(LineType.PHYSICAL, "Bowl", quantity, price, 2500)


@pytest.mark.parametrize(
    ("currency", "words"), [("SEK", "2,000,000.00 SEK"), ("JPY", "200,000,000 JPY"), ("KWD", "200,000.000 KWD")]
)
def test_the_largest_sum_is_written_in_the_currency(currency: str, words: str):
    for lines in ((_line(200_000_001),), (_line(150_000_000), _line(150_000_000))):
        with pytest.raises(DomainError, match=f"at most {words}"):
            check_lines(lines, currency=currency)


def test_a_bound_is_written_in_the_readers_language():
    with translation.override("de"), pytest.raises(DomainError, match=r"100\.000"):
        _line(1, 100_001).check("SEK")
