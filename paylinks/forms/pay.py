"""What a customer types to pay: contact, delivery, billing, method, terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.contact import PARTS, clean_address, clean_email, clean_phone
from orders.models import Order
from paylinks.actions.begin import PayInput, terms_changed_words
from payments.gateway import Method

DELIVERY, BILLING = "to", "bill"
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
            terms_mark=self.values.get("terms_mark", ""),
        )
        return None if self.errors else pay

    def clear_terms(self, mark: str) -> None:
        """A tick is for the terms that were shown with it: other ones now want another."""
        if self.values.get("terms") and self.values.get("terms_mark", "") != mark:
            self.values["terms"] = ""
            self.errors["terms"] = terms_changed_words()

    def _address(self, prefix: str) -> dict[str, str]:
        parts = {part: self.values.get(f"{prefix}_{part}", "") for part in PARTS}
        found, errors = clean_address(parts)
        self.errors.update({f"{prefix}_{part}": words for part, words in errors.items()})
        return found

    def _email(self) -> str:
        text = self.values.get("email", "")
        try:
            found = clean_email(text)
        except ValueError as error:
            self.errors["email"] = str(error)
            return text
        if not found and self.needs_email:
            self.errors["email"] = _("Enter an e-mail address. The confirmation is sent there.")
        return found

    def _phone(self) -> str:
        text = self.values.get("phone", "")
        try:
            found = clean_phone(text, self.order.country)
        except ValueError as error:
            self.errors["phone"] = str(error)
            return text
        if not found and not self.needs_email:
            self.errors["phone"] = _("Enter a phone number. The confirmation is sent there.")
        return found

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
    known = (*texts, "email", "phone", "method", "revision", "terms_mark", *_TICKS)
    return {name: data[name][:1000] for name in known if name in data}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000") else 0
