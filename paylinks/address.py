"""Contact and address as customers type them, checked as kindly as a person would."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat

from paylinks.forms.places import name_of, names

PARTS = ("given_name", "family_name", "street", "postal_code", "city", "country")

# (groups of digits, example) where the shape is certain; elsewhere anything short passes
_POSTAL = {
    "SE": (re.compile(r"(\d{3}) ?(\d{2})"), "116 23"),
    "NO": (re.compile(r"(\d{4})"), "0150"),
    "DK": (re.compile(r"(\d{4})"), "1050"),
    "FI": (re.compile(r"(\d{5})"), "00100"),
    "DE": (re.compile(r"(\d{5})"), "10115"),
}


def clean_postal_code(text: str, country: str) -> str:
    """The code as the country writes it. Raises ValueError with words and an example."""
    bare = " ".join(text.upper().removeprefix(f"{country}-").split())
    if country not in _POSTAL:
        return bare
    pattern, example = _POSTAL[country]
    match = pattern.fullmatch(bare)
    if match is None:
        words = _("Enter a postal code of the chosen country, such as %(example)s.")
        raise ValueError(words % {"example": example})
    return " ".join(match.groups())


def clean_phone(text: str, country: str) -> str:
    """A number as E.164, read in the country's own format. Raises ValueError with an example."""
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValueError(_phone_words(country))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _phone_words(country: str) -> str:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return _("Enter a phone number with its country code.")
    shown = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    return _("Enter a phone number such as %(example)s.") % {"example": shown}


@lru_cache(maxsize=512)
def country_options(selected: str, language: str) -> SafeString:
    """Every country as <option>, by name, made once for a selection and language."""
    known = names(language)
    first = selected if selected in known else ""
    chosen = format_html('<option value="{}" selected>{}</option>', first, name_of(first, language))
    others = [(code, name) for code, name in known.items() if code != first]
    return chosen + format_html_join("", '<option value="{}">{}</option>', others)
