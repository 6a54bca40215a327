"""Limits per person, store, recipient and country against pumping and mail abuse."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from common.contact import country_of
from common.errors import DomainError
from common.limits import allow
from messaging.models import Channel

HOUR = 3600


def check_sending(*, person: str, store: str, recipient: str, country: str, channel: str) -> None:
    """Raise DomainError when one more message would be too many within the hour.

    Text messages are counted for the country of the number, for that is who is paid for
    them; `country` stands in for a number of no country. Upper and lower case of an
    e-mail address are the same recipient.
    """
    checks = [
        ("person", person, _("You have sent very many messages within an hour.")),
        ("store", store, _("This store has sent very many messages within an hour.")),
        ("recipient", recipient.lower(), _("This recipient has been sent several messages within an hour.")),
    ]
    if channel == Channel.SMS:
        words = _("Very many text messages went to this country within an hour.")
        checks.append(("country", country_of(recipient) or country, words))
    for kind, who, words in checks:
        if not allow(f"messages:{kind}", who, settings.LINK_LIMITS[kind], HOUR):
            wait = _("Try again in an hour, or ask the operator of this installation to raise the limit.")
            field = "recipient" if kind in {"recipient", "country"} else None
            raise DomainError("too_many_messages", f"{words} {wait}", field=field)
