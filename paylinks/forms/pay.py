"""What a customer types to pay: contact, delivery, billing, method, terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from orders.models import Order
from paylinks.actions.begin import PayInput
from paylinks.address import PARTS, clean_phone, clean_postal_code
from paylinks.forms.places import names
from payments.gateway import Method

DELIVERY, BILLING = "to", "bill"
_LONGEST = {"street": 100, "postal_code": 10, "email": 254, "phone": 30}
_USUAL_LENGTH = 100
_TICKS = ("same", "terms")


@dataclass(slots=True)
class PayForm:
    """Typed values and what is wrong with them; nothing typed is ever lost."""

    order: Order
    methods: Sequence[Method]
    language: str
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""  # what concerns the whole: shown above the form

    @property
    def method(self) -> str:
        """The chosen way to pay; the usual one first."""
        return self.values.get("method") or (self.methods[0].code if self.methods else "")

    @property
    def is_same(self) -> bool:
        """Bill to where it is delivered."""
        return bool(self.values.get("same"))

    @property
    def needs_email(self) -> bool:
        """The confirmation goes where the link went; the other contact is optional."""
        return bool(self.order.email) or not self.order.phone

    def clean(self) -> PayInput | None:
        """The input of the action, or None with `errors` filled in the order of the page."""
        delivery = self._address(DELIVERY)
        billing = {} if self.is_same else self._address(BILLING)
        pay = PayInput(
            email=self._email(),
            phone=self._phone(),
            delivery_address=delivery,
            billing_address=billing,
            method=self._method(),
            accepts_terms=self._terms(),
            revision=_number(self.values.get("revision", "")),
            language=self.language,
        )
        return None if self.errors else pay

    def _text(self, name: str, kind: str) -> str:
        """Trimmed, of one line and within its length; an error otherwise."""
        text = " ".join(self.values.get(name, "").split())
        longest = _LONGEST.get(kind, _USUAL_LENGTH)
        if len(text) > longest:
            self.errors[name] = _("This can have at most %(count)s characters.") % {"count": longest}
        elif not text.isprintable():
            self.errors[name] = _("This holds characters that cannot be printed.")
        return text

    def _address(self, prefix: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in PARTS:
            name = f"{prefix}_{part}"
            found[part] = self._text(name, part)
            if not found[part]:
                self.errors[name] = _missing(part)
        self._country(prefix, found)
        return found

    def _country(self, prefix: str, address: dict[str, str]) -> None:
        country, code = address["country"], f"{prefix}_postal_code"
        if country not in names(self.language):
            self.errors[f"{prefix}_country"] = _missing("country")
        elif code not in self.errors:
            try:
                address["postal_code"] = clean_postal_code(address["postal_code"], country)
            except ValueError as error:
                self.errors[code] = str(error)

    def _email(self) -> str:
        text = self._text("email", "email")
        if not text and self.needs_email:
            self.errors["email"] = _("Enter an e-mail address. The confirmation is sent there.")
        elif text and "email" not in self.errors:
            try:
                validate_email(text)
            except ValidationError:
                self.errors["email"] = _("This is not an e-mail address. One looks like frida@example.com.")
        return text

    def _phone(self) -> str:
        text = self._text("phone", "phone")
        if not text and not self.needs_email:
            self.errors["phone"] = _("Enter a phone number. The confirmation is sent there.")
        elif text and "phone" not in self.errors:
            try:
                return clean_phone(text, self.order.country)
            except ValueError as error:
                self.errors["phone"] = str(error)
        return text

    def _method(self) -> str:
        if self.method not in {method.code for method in self.methods}:
            self.errors["method"] = _("Choose a way to pay.")
        return self.method

    def _terms(self) -> bool:
        accepts = bool(self.values.get("terms"))
        if not accepts:
            self.errors["terms"] = _("Accept the terms and conditions to go on.")
        return accepts


def typed(data: Mapping[str, str]) -> dict[str, str]:
    """Values of a posted form."""
    texts = [f"{prefix}_{part}" for prefix in (DELIVERY, BILLING) for part in PARTS]
    known = (*texts, "email", "phone", "method", "revision", *_TICKS)
    return {name: data[name][:1000] for name in known if name in data}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000") else 0


def _missing(part: str) -> str:
    return {
        "given_name": _("Enter a first name."),
        "family_name": _("Enter a last name."),
        "street": _("Enter a street and number."),
        "postal_code": _("Enter a postal code."),
        "city": _("Enter a city."),
        "country": _("Choose a country."),
    }[part]
