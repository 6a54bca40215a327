"""The grid as templates print it: final strings, one object per row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import markup
from common.money import format_amount
from orders.grid.lines import CELLS, LineDraft
from orders.models.lines import LineType

EMPTY = SafeString("")
_INVALID = SafeString(' aria-invalid="true"')
_FOCUS = SafeString(" autofocus")
TEMPLATE_KEY = "0000"  # replaced by js/ledger.js when it adds a row


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary; `id` is the control it links to."""

    id: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the grid."""

    key: str
    label: str
    remove: str
    draft: LineDraft
    types: SafeString
    total: str
    notes: SafeString
    invalid: dict[str, SafeString]
    focus: SafeString


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints rows in one currency and one person's locale."""

    currency: str
    locale: str

    def rows(self, lines: Sequence[LineDraft], focus: str = "") -> tuple[Row, ...]:
        """Every row, numbered; the one of key `focus` takes the cursor."""
        return tuple(self.row(line, number, focus) for number, line in enumerate(lines, start=1))

    def row(self, line: LineDraft, number: int, focus: str = "") -> Row:
        """One row."""
        return Row(
            key=line.key,
            label=_("Line %(number)s") % {"number": number},
            remove=_("Remove line %(number)s") % {"number": number},
            draft=line,
            types=_types(self.locale, line.type),
            total=format_amount(line.total, self.currency, self.locale) if line.lines else "",
            notes=_notes(line),
            invalid={cell: _INVALID if cell in line.errors else EMPTY for cell in CELLS},
            focus=_FOCUS if line.key == focus else EMPTY,
        )


def cells() -> dict[str, str]:
    """What each column is called."""
    return {
        "name": _("Item"),
        "reference": _("Reference"),
        "type": _("Type"),
        "quantity": _("Qty"),
        "unit_price": _("Unit price"),
        "discount": _("Discount"),
        "tax_rate": _("VAT %"),
        "total": _("Total"),
    }


def problems_of(lines: Iterable[LineDraft]) -> Iterator[Problem]:
    """All that is wrong in the grid, from top to bottom."""
    names = cells()
    for number, line in enumerate(lines, start=1):
        for cell, words in line.errors.items():
            label = _("Line %(number)s, %(cell)s") % {"number": number, "cell": names[cell]}
            yield Problem(f"line-{line.key}-{cell}", label, words)


@lru_cache(maxsize=256)
def _types(_locale: str, chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SafeString(" selected") if value == chosen else "", label) for value, label in LineType.choices),
    )


def hint(words: str) -> SafeString:
    """An echo or an explanation below a control."""
    return format_html('<p class="hint">{}</p>', words)


def error(control: str, words: str) -> SafeString:
    """What is wrong with a control."""
    return format_html(
        '<p class="error" data-for="{}">{}<span>{}</span></p>', control, markup.icon("circle-alert"), words
    )


def _notes(line: LineDraft) -> SafeString:
    errors = (error(f"line-{line.key}-{cell}", words) for cell, words in line.errors.items())
    return SafeString("".join([*(hint(note) for note in line.notes), *errors]))
