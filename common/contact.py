"""Contact and address as people type them, checked as kindly as a person would.

What cannot be read raises ValueError with words for the person who typed it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from common.countries import names

PARTS = ("given_name", "family_name", "street", "postal_code", "city", "country")

_LONGEST = {"street": 100, "postal_code": 10}
_USUAL_LENGTH = 100
_LONGEST_EMAIL = 254
_LONGEST_PHONE = 30

# unseen, but part of words in several scripts and of emoji
_JOINERS = {0x200C: "", 0x200D: ""}

# numbers somebody earns at with each text message to them
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})

# (groups of digits, example) where the shape is certain; elsewhere anything short passes
_POSTAL = {
    "SE": (re.compile(r"(\d{3}) ?(\d{2})"), "116 23"),
    "NO": (re.compile(r"(\d{4})"), "0150"),
    "DK": (re.compile(r"(\d{4})"), "1050"),
    "FI": (re.compile(r"(\d{5})"), "00100"),
    "DE": (re.compile(r"(\d{5})"), "10115"),
}


def without_marks(text: str) -> str:
    """The text less what nobody sees: marks of direction around a copied number, zero-width spaces, soft hyphens."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if ord(sign) in _JOINERS or unicodedata.category(sign) != "Cf")


def clean_text(text: str, longest: int = _USUAL_LENGTH) -> str:
    """Trimmed, of one line, without unseen marks, and within its length."""
    line = " ".join(without_marks(text).split())
    if len(line) > longest:
        raise ValueError(_("This can have at most %(count)s characters.") % {"count": longest})
    if not line.translate(_JOINERS).isprintable():
        raise ValueError(_("This holds characters that cannot be printed."))
    return line


def clean_email(text: str) -> str:
    """An e-mail address, or nothing at all."""
    line = clean_text(text, _LONGEST_EMAIL)
    if not line:
        return ""
    try:
        validate_email(line)
    except ValidationError:
        raise ValueError(_("This is not an e-mail address. One looks like frida@example.com.")) from None
    return line


def clean_phone(text: str, country: str) -> str:
    """A number as E.164, read in the country's own format; or nothing at all."""
    line = clean_text(text, _LONGEST_PHONE)
    if not line:
        return ""
    try:
        number = phonenumbers.parse(line, country)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValueError(_phone_words(country))
    if is_costly(number):
        raise ValueError(costly_words())
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def is_costly(number: PhoneNumber) -> bool:
    """A premium or shared-cost number: no customer's phone."""
    return phonenumbers.number_type(number) in _COSTLY


def costly_words() -> str:
    """Why a premium number is refused."""
    return _("This is a premium-rate number. Enter the customer's own phone number.")


def country_of(phone: str) -> str:
    """The country an E.164 number belongs to; "" when it belongs to none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except NumberParseException:
        return ""


def readable(address: str) -> str:
    """An E.164 number in groups; anything else as it is."""
    if not address.startswith("+"):
        return address
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(address), PhoneNumberFormat.INTERNATIONAL))
    except NumberParseException:
        return address


def clean_postal_code(text: str, country: str) -> str:
    """The code as the country writes it."""
    bare = " ".join(text.upper().removeprefix(f"{country}-").split())
    if country not in _POSTAL:
        return bare
    pattern, example = _POSTAL[country]
    match = pattern.fullmatch(bare)
    if match is None:
        words = _("Enter a postal code of the chosen country, such as %(example)s.")
        raise ValueError(words % {"example": example})
    return " ".join(match.groups())


def clean_address(typed: Mapping[str, str], parts: tuple[str, ...] = PARTS) -> tuple[dict[str, str], dict[str, str]]:
    """The address part by part, and what is wrong with it by part; raises nothing.

    The usual parts must be there; `parts` may name more, which may be empty.
    """
    found: dict[str, str] = {}
    errors: dict[str, str] = {}
    for part in parts:
        found[part] = typed.get(part, "")
        try:
            found[part] = clean_text(found[part], _LONGEST.get(part, _USUAL_LENGTH))
        except ValueError as error:
            errors[part] = str(error)
        if part in PARTS and not found[part]:
            errors[part] = _missing(part)
    if found["country"] not in names("en"):
        errors["country"] = _missing("country")
    elif "postal_code" not in errors:
        try:
            found["postal_code"] = clean_postal_code(found["postal_code"], found["country"])
        except ValueError as error:
            errors["postal_code"] = str(error)
    return found, {part: errors[part] for part in parts if part in errors}


def _phone_words(country: str) -> str:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return _("Enter a phone number with its country code.")
    shown = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    return _("Enter a phone number such as %(example)s.") % {"example": shown}


def _missing(part: str) -> str:
    return {
        "given_name": _("Enter a first name."),
        "family_name": _("Enter a last name."),
        "street": _("Enter a street and number."),
        "postal_code": _("Enter a postal code."),
        "city": _("Enter a city."),
        "country": _("Choose a country."),
    }[part]
