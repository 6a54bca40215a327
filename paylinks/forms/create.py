"""The create form: everything an order needs before its link can be sent."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Store
from common.countries import names
from common.errors import DomainError
from orders.forms import REFERENCE2_HINT, LineField
from orders.grid import numbers
from orders.grid.lines import ADDED, LineDraft, Reader, drafts_from, next_key
from orders.lines import MAX_LINES_IN_FORM, LineInput, Totals, check_lines, totals_of
from orders.models.lines import LineType
from paylinks.forms import places
from paylinks.forms.recipient import Recipient, read_recipient

LONGEST = 255


class CreateForm(forms.Form):
    """What stands above the grid."""

    error_css_class = ""

    store = forms.ChoiceField(label=gettext_lazy("Store"))
    country = forms.CharField(label=gettext_lazy("Purchase country"))
    currency = forms.CharField(label=gettext_lazy("Currency"), required=False)
    recipient = forms.CharField(
        label=gettext_lazy("E-mail or phone"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    merchant_reference1 = LineField(
        label=gettext_lazy("Merchant reference 1"),
        max_length=LONGEST,
        help_text=gettext_lazy("The customer sees this."),
        error_messages={"required": gettext_lazy("Enter a reference. The customer sees it.")},
    )
    merchant_reference2 = LineField(
        label=gettext_lazy("Merchant reference 2"),
        max_length=LONGEST,
        required=False,
        help_text=REFERENCE2_HINT,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Purchase order, project")}),
    )
    auto_capture = forms.BooleanField(label=gettext_lazy("Capture automatically"), required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stores: Sequence[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = [(store.mid, f"{store.name}, {store.mid}") for store in stores]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"notes-{name}"

    def clean_country(self) -> str:
        """A country of the list."""
        code = str(self.cleaned_data["country"]).upper()
        if code not in names("en"):
            raise forms.ValidationError(_("Choose a country of the list."))
        return code


class OrderDraft:
    """The whole form of one store: head, grid and what they add up to.

    Unbound it holds the store's defaults. `read(strict=True)` is the check of a
    submitted form; without `strict` only what cannot be read is an error.
    """

    form_class: ClassVar[type[CreateForm]] = CreateForm

    def __init__(self, store: Store, stores: Sequence[Store], data: Mapping[str, str] | None = None) -> None:
        self.store = store
        self.locale = get_language() or "en"
        if data is None:
            self.form = self.form_class(initial=defaults(store), stores=stores)
            self.lines = [self.new_line("0")]
        else:
            self.form = self.form_class(data, stores=stores)
            self.lines = drafts_from(data) or [self.new_line("0")]
        self.inputs: tuple[LineInput, ...] = ()
        self.recipient: Recipient | None = None
        self.problem = ""
        self.is_refused = False  # it was sent and came back
        self.must_look = False  # it can be sent, but holds what was not shown yet

    def new_line(self, key: str, kind: str = LineType.PHYSICAL) -> LineDraft:
        """An empty row; a discount takes the VAT of the goods unless told otherwise."""
        rate = "" if kind == LineType.DISCOUNT else numbers.percent(self.store.default_tax_rate)
        return LineDraft(key, type=kind, tax_rate=rate)

    def change(self, wish: str) -> str:
        """What one of the form's own buttons asks for, read anew; answers the key of a row that was added."""
        kind, _sign, key = wish.partition(":")
        has_room = len(self.lines) < MAX_LINES_IN_FORM
        if kind in ADDED and has_room:
            self.lines.append(self.new_line(next_key(self.lines), ADDED[kind]))
        elif kind == "remove":  # the last one is emptied instead
            self.lines = [line for line in self.lines if line.key != key] or [self.new_line("0")]
        self.read(strict=False)
        self.forget_missing("")
        return self.lines[-1].key if kind in ADDED and has_room else ""

    def value(self, name: str) -> str:
        """What the field shows now."""
        return str(self.form[name].value() or "")

    @property
    def country(self) -> str:
        """The purchase country, as far as it is one."""
        code = self.value("country").upper()
        return code if code in names("en") else self.store.country

    @property
    def language(self) -> str:
        """What the customer reads."""
        return places.language_of(self.country)

    @property
    def must_choose_currency(self) -> bool:
        """The country's currency is not part of the agreement, and several others are."""
        allowed = self.store.allowed_currencies
        return places.currency_of(self.country) not in allowed and len(allowed) > 1

    @property
    def currency(self) -> str:
        """The currency amounts are read in."""
        allowed = self.store.allowed_currencies
        try:
            return places.currency_for(self.country, allowed, self.value("currency")) or allowed[0]
        except DomainError:
            return str(allowed[0])

    @property
    def totals(self) -> Totals:
        """Sums of what could be read."""
        return totals_of(self.inputs)

    @property
    def confirmed(self) -> str:
        """What the button was shown to send: anything else is shown first."""
        return hashlib.sha256(repr(self._shown()).encode()).hexdigest()[:16]

    def _shown(self) -> tuple[object, ...]:
        """All that is read of what was typed, as the customer will get it."""
        return (
            self.store.mid,
            self.country,
            self.currency,
            self.recipient and self.recipient.address,
            self.value("merchant_reference1").strip(),
            self.value("merchant_reference2").strip(),
            bool(self.form["auto_capture"].value()),
            self.inputs,
        )

    def read(self, *, strict: bool) -> bool:
        """Read everything; True when an order can be made of it."""
        self._currency(strict=strict)
        self._recipient(strict=strict)
        self.inputs = Reader(self.currency, self.locale, strict).read(self.lines)
        is_clean = self.form.is_valid() and not any(line.errors for line in self.lines)
        if strict and not any(line.errors for line in self.lines):
            self._check_lines()
        return is_clean and not self.problem and self.recipient is not None

    def _check_lines(self) -> None:
        try:
            check_lines(self.inputs, currency=self.currency)
        except DomainError as error:
            self.problem = error.message

    def _currency(self, *, strict: bool) -> None:
        allowed = self.store.allowed_currencies
        try:
            found = places.currency_for(self.country, allowed, self.value("currency"))
        except DomainError as error:
            self.form.add_error("currency", error.message)
            return
        if strict and not found:
            self.form.add_error("currency", _("Choose the currency the customer pays in."))

    def _recipient(self, *, strict: bool) -> None:
        try:
            self.recipient = read_recipient(self.value("recipient"), self.country)
        except DomainError as error:
            if strict or error.code != "recipient_missing":
                self.form.add_error("recipient", error.message)

    def refuse(self, error: DomainError) -> None:
        """Show what the action refused, beside the field it names if it names one."""
        self.form.add_error(error.field if error.field in self.form.fields else None, error.message)

    def forget_missing(self, active: str) -> None:
        """While somebody types: say nothing about empty fields, nor about the one under the hands.

        What was missing when the form was refused stays said until it is there.
        """
        for name in list(self.form.errors):
            if name == active or not (self.is_refused or self.value(name)):
                del self.form.errors[name]
        for line in self.lines:
            for cell in list(line.errors):
                if active == f"line-{line.key}-{cell}":
                    del line.errors[cell]


def defaults(store: Store) -> dict[str, object]:
    """What a new form starts with."""
    return {
        "store": store.mid,
        "country": store.country,
        "merchant_reference1": store.default_reference1,
        "merchant_reference2": store.default_reference2,
        "auto_capture": store.auto_capture_default,
        "form_key": uuid.uuid4(),
    }
