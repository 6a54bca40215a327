"""What people type about themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.contact import clean_text

_AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


class SignInForm(forms.Form):
    """An address, and where to go on to."""

    email = forms.EmailField(
        label=_("Work e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address such as name@example.com."),
        },
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class PreferencesForm(forms.Form):
    """A person's own choices."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Times in lists and orders are shown in this zone.")
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=User.Theme.choices)
    has_shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys such as / for search, J and K for the next and previous order."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(user, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        self._choices("language", list(settings.LANGUAGES))
        self._choices("time_zone", zones(user.time_zone))

    def clean_name(self) -> str:
        """One line, as it is shown to others."""
        try:
            return clean_text(self.cleaned_data["name"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices


def zones(current: str) -> list[tuple[str, str]]:
    """Every zone of a place, and the one chosen now."""
    known = _zones()
    names = known if current in known else (current, *known)
    return [(name, name.replace("_", " ")) for name in names]


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    places = sorted(name for name in available_timezones() if name.startswith(_AREAS))
    return ("UTC", *places)
