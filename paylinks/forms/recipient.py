"""Exactly one recipient in one field: an e-mail address, or a phone number of the purchase country."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat

from common.contact import costly_words, is_costly, readable, without_marks
from common.errors import DomainError
from messaging import sms
from messaging.models import Channel

FIELD = "recipient"
_LONGEST = 254


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a link goes; one of the two is set. The phone is E.164."""

    email: str = ""
    phone: str = ""

    @property
    def address(self) -> str:
        """What is stored and sent to."""
        return self.email or self.phone

    @property
    def channel(self) -> str:
        """How it is sent."""
        return Channel.EMAIL if self.email else Channel.SMS

    @property
    def words(self) -> str:
        """The address as people read it."""
        return self.email or readable(self.phone)

    @property
    def echo(self) -> str:
        """What the portal understood, shown before anything is sent."""
        if self.email:
            return _("The link is sent to %(address)s by e-mail.") % {"address": self.email}
        return _("The link is sent to %(address)s by SMS.") % {"address": self.words}


def read_recipient(text: str, country: str) -> Recipient:
    """One recipient. Raises DomainError (field "recipient") with what to type instead."""
    text = without_marks(text).strip()
    if not text:
        raise _refuse("recipient_missing", _("Enter the customer's e-mail address or phone number."))
    if _several(text):
        raise _refuse(
            "several_recipients",
            _("A link goes to exactly one recipient. Enter one e-mail address or one phone number."),
        )
    return Recipient(email=_email(text)) if "@" in text else Recipient(phone=_phone(text, country))


def _several(text: str) -> bool:
    return text.count("@") > 1 or any(sign in text for sign in ",;") or ("@" in text and len(text.split()) > 1)


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise _refuse("email_invalid", _("This is not an e-mail address. One looks like frida@example.com.")) from None
    if len(text) > _LONGEST:
        raise _refuse("email_invalid", _("An e-mail address has at most 254 characters."))
    return text


def _phone(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        raise _refuse("phone_invalid", _phone_words(country)) from None
    if not phonenumbers.is_valid_number(number):
        raise _refuse("phone_invalid", _phone_words(country))
    if is_costly(number):
        raise _refuse("phone_costly", costly_words())
    if not sms.is_configured():
        raise _refuse("sms_unavailable", _("This installation sends no SMS. Enter an e-mail address."))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _phone_words(country: str) -> str:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE) if country else None
    if example is None:
        return _("This is neither an e-mail address nor a phone number. Write the number with its country code.")
    shown = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    words = _("This is neither an e-mail address nor a phone number of the purchase country, such as %(example)s.")
    return words % {"example": shown}


def _refuse(code: str, words: str) -> DomainError:
    return DomainError(code, words, field=FIELD)
