"""SMS behind one small protocol; which provider, the installation says."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _


class SmsProvider(Protocol):
    """Sends one text. The same `key` again must send nothing new.

    Raises `RefusedError` when the provider will never take it, anything else when trying again may help.
    """

    def send(self, to: str, text: str, key: str) -> str:
        """Hand over `text` for the E.164 number `to`; gives the provider's id."""


class RefusedError(Exception):
    """The provider will not take this message, however often it is tried."""


def is_configured() -> bool:
    """Whether SMS can be chosen at all."""
    return bool(settings.SMS_PROVIDER)


def provider() -> SmsProvider:
    """The configured provider; RefusedError with clear words when there is none."""
    if not settings.SMS_PROVIDER:
        raise RefusedError(_("This installation has no SMS provider."))
    return _load(settings.SMS_PROVIDER)


@lru_cache(maxsize=4)
def _load(path: str) -> SmsProvider:
    made: SmsProvider = import_string(path)()
    return made
