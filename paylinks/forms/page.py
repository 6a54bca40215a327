"""The create form as its template prints it: final strings, one object per row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from common import markup
from common.countries import name_of
from common.money import format_amount, format_money
from orders.grid.rows import TEMPLATE_KEY, Printer, Problem, Row, cells, error, hint, problems_of
from orders.lines import MAX_LINES_IN_FORM
from orders.models.lines import LineType
from orders.receipts import percent
from paylinks.forms import places
from paylinks.forms.create import OrderDraft


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What stands beside the form when it changes an order: what was, what differs, and what the button does."""

    title: str
    version: int
    url: str
    preview_url: str
    order_url: str
    resend_url: str
    old_total: int
    difference: str
    changes: tuple[str, ...]
    send: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything the template needs."""

    draft: OrderDraft
    rows: tuple[Row, ...]
    blanks: tuple[Row, ...]
    problems: tuple[Problem, ...]
    notes: dict[str, SafeString]
    facts: tuple[Fact, ...]
    sums: tuple[Fact, ...]
    total: int
    ends_at: datetime
    cells: dict[str, str]
    countries: SafeString
    cross: SafeString
    chosen_currency: str
    limit: int = MAX_LINES_IN_FORM
    amendment: Amendment | None = None

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.amendment.title if self.amendment else _("Create order")

    @property
    def send(self) -> str:
        """What the button says: the verb, and the sum once there is one."""
        if self.amendment:
            return self.amendment.send
        if self.total <= 0:
            return _("Create and send link")
        total = format_money(self.total, self.draft.currency, self.draft.locale)
        return _("Create and send link for %(total)s") % {"total": total}

    @property
    def shown_notes(self) -> set[str]:
        """The fields whose notes follow what is typed."""
        still = {"currency", "auto_capture", "form_key", "version", *(("store", "country") if self.amendment else ())}
        return set(self.notes) - still

    @property
    def is_dirty(self) -> bool:
        """Something was typed that leaving would lose."""
        return bool(self.amendment.changes) if self.amendment else self.draft.form.is_bound

    @property
    def is_full(self) -> bool:
        """No further row fits."""
        return len(self.rows) >= self.limit


def page_of(draft: OrderDraft, *, ends_at: datetime, focus: str = "") -> OrderPage:
    """The draft, printed."""
    blanks = [draft.new_line(TEMPLATE_KEY, kind) for kind in (LineType.PHYSICAL, LineType.DISCOUNT)]
    printer = Printer(draft.currency, draft.locale)
    return OrderPage(
        draft=draft,
        rows=printer.rows(draft.lines, focus),
        blanks=tuple(printer.row(line, 0) for line in blanks),
        problems=tuple(_problems(draft)),
        notes=_notes(draft),
        facts=_facts(draft),
        sums=_sums(draft),
        total=draft.totals.total,
        ends_at=ends_at,
        cells=cells(),
        countries=_countries(draft.locale, tuple(draft.store.allowed_currencies), draft.store.country, draft.country),
        cross=markup.icon("x"),
        chosen_currency=draft.value("currency"),
    )


@lru_cache(maxsize=256)
def _countries(locale: str, allowed: tuple[str, ...], first: str, chosen: str) -> SafeString:
    """The list of countries; 249 options are made once per store, language and choice."""
    near, far = places.options(locale, allowed, first)
    groups = ((_("In a currency of this store"), near), (_("Other countries"), far))
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        ((label, _options(options, chosen)) for label, options in groups if options),
    )


def _options(options: tuple[places.Option, ...], chosen: str) -> SafeString:
    selected = SafeString(" selected")
    rows = ((option.code, selected if option.code == chosen else "", option.label) for option in options)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def _notes(draft: OrderDraft) -> dict[str, SafeString]:
    """Hint and error of each field, by name."""
    hints = {name: str(field.help_text) for name, field in draft.form.fields.items()}
    hints |= {"country": _language_hint(draft), "currency": _currency_hint(draft), "recipient": _recipient_hint(draft)}
    return {name: SafeString("".join(_field_notes(draft, name, hint))) for name, hint in hints.items()}


def _field_notes(draft: OrderDraft, name: str, words: str) -> Iterator[str]:
    if words:
        yield hint(words)
    if draft.form.is_bound:
        errors = draft.form.errors.get(name)
        if errors:
            yield error(f"id_{name}", str(errors[0]))


def _language_hint(draft: OrderDraft) -> str:
    return _("The customer reads %(language)s.") % {"language": get_language_info(draft.language)["name_translated"]}


def _currency_hint(draft: OrderDraft) -> str:
    if not draft.must_choose_currency:
        return ""
    own = places.currency_of(draft.country)
    return places.not_allowed(own, draft.store.allowed_currencies) if own else ""


def _recipient_hint(draft: OrderDraft) -> str:
    return draft.recipient.echo if draft.recipient else ""


def _problems(draft: OrderDraft) -> Iterator[Problem]:
    if draft.form.is_bound:
        for name, errors in draft.form.errors.items():
            label = str(draft.form.fields[name].label or "") if name in draft.form.fields else ""
            yield Problem(f"id_{name}" if label else "", label, str(errors[0]))
    yield from problems_of(draft.lines)
    if draft.problem:
        yield Problem(f"line-{draft.lines[0].key}-name", _("Order lines"), draft.problem)


def _facts(draft: OrderDraft) -> tuple[Fact, ...]:
    capture = _("Automatic") if draft.form["auto_capture"].value() else _("When you ship")
    return (
        Fact(_("Store"), draft.store.name),
        Fact(_("Send to"), draft.recipient.words if draft.recipient else "–"),
        Fact(_("Country"), name_of(draft.country, draft.locale)),
        Fact(_("Reference"), draft.value("merchant_reference1") or "–"),
        Fact(_("Capture"), capture),
    )


def _sums(draft: OrderDraft) -> tuple[Fact, ...]:
    totals = draft.totals

    def show(amount: int) -> str:
        return format_amount(amount, draft.currency, draft.locale)

    count = sum(1 for line in draft.inputs if line.total_amount >= 0 and line.unit_price >= 0)
    sums = [Fact(_("Lines, %(count)s") % {"count": count}, show(totals.goods))]
    if totals.discount:
        sums.append(Fact(_("Discount"), show(totals.discount)))
    for rate, tax in totals.tax_by_rate.items():
        sums.append(Fact(_("VAT included, %(rate)s") % {"rate": percent(rate, draft.locale)}, show(tax)))
    return tuple(sums)
