"""What a store's links start with, and what its customers must be able to read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Store
from common.errors import DomainError
from orders.forms import REFERENCE2_HINT, LineField
from orders.grid import numbers

FIELDS = (
    "terms_url",
    "privacy_url",
    "support_email",
    "default_reference1",
    "default_reference2",
    "default_tax_rate",
    "auto_capture_default",
)
_HTTPS = URLValidator(schemes=["https"])
_LINK = forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"})


class LinkField(forms.CharField):
    """An address customers open: https only, in words a person understands."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=500, widget=_LINK, **kwargs)

    def clean(self, value: Any) -> str:
        """The address, or "" for none."""
        text = str(super().clean(value) or "")
        if not text:
            return ""
        if text.lower().startswith("http://"):
            raise forms.ValidationError(_("The address must begin with https://, so that customers can trust it."))
        try:
            _HTTPS(text)
        except forms.ValidationError:
            raise forms.ValidationError(_("Enter a whole address, such as https://shop.example.com/terms.")) from None
        return _in_small_letters(text)


def _in_small_letters(url: str) -> str:
    """The same address, with scheme and host as they are compared: `Https://Shop.example` is `https://shop.example`."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    rest = url[len(f"{parts.scheme}://{parts.netloc}") :]
    return f"{parts.scheme.lower()}://{user}{at}{host.lower()}{rest}"


class ConfigurationForm(forms.Form):
    """Settings of one store; currencies are the operator's and not here."""

    terms_url = LinkField(label=gettext_lazy("Link to your terms"))
    privacy_url = LinkField(label=gettext_lazy("Link to your privacy policy"))
    support_email = forms.EmailField(
        label=gettext_lazy("Support e-mail"),
        required=False,
        help_text=gettext_lazy("Customers see it on the payment page and in messages."),
        error_messages={"invalid": gettext_lazy("Enter an e-mail address such as support@example.com.")},
    )
    default_reference1 = LineField(
        label=gettext_lazy("Merchant reference 1"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("The customer sees this."),
    )
    default_reference2 = LineField(
        label=gettext_lazy("Merchant reference 2"),
        required=False,
        max_length=255,
        help_text=REFERENCE2_HINT,
    )
    default_tax_rate = forms.CharField(
        label=gettext_lazy("Standard VAT, percent"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num short"}),
        error_messages={"required": gettext_lazy("Enter the VAT, such as 25.")},
    )
    auto_capture_default = forms.BooleanField(
        label=gettext_lazy("Capture automatically"),
        required=False,
        help_text=gettext_lazy(
            "The customer is charged as soon as the checkout is completed. Off: you capture when you ship."
        ),
    )

    def __init__(self, data: Any = None, *, store: Store) -> None:
        initial = {name: getattr(store, name) for name in FIELDS}
        initial["default_tax_rate"] = numbers.percent(store.default_tax_rate)
        super().__init__(data, initial=initial)

    def clean_default_tax_rate(self) -> int:
        """Percent x 100."""
        try:
            rate = numbers.rate(self.cleaned_data["default_tax_rate"])
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
        if rate > numbers.WHOLE:
            raise forms.ValidationError(_("VAT is between 0 and 100 percent."))
        return rate
