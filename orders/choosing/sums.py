"""Rows of the sums a dialog shows, and the VAT contained in what would move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.money import format_amount
from orders.cutting import Piece
from orders.facts import percent


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of the sums."""

    words: str
    value: str


def taxes_of(pieces: Iterable[Piece], currency: str) -> list[Sum]:
    """VAT contained in the pieces, one row for each rate, the highest first."""
    sums: dict[int, int] = {}
    for piece in pieces:
        sums[piece.tax_rate] = sums.get(piece.tax_rate, 0) + piece.tax_amount
    words, locale = _("Of which VAT %(rate)s"), get_language() or "en"
    return [
        Sum(words % {"rate": percent(rate)}, format_amount(tax, currency, locale))
        for rate, tax in sorted(sums.items(), reverse=True)
        if tax
    ]
