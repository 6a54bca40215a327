"""Limits against mail abuse and SMS pumping: per person, store, recipient and country.

Asked by views before they call an action; with Redis away everything passes.
"""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.utils.translation import gettext as _

from common.errors import Obstacle
from common.limits import allow

HOUR, DAY = 3600, 24 * 3600
# (what is counted, channel or "") -> uses, seconds
LIMITS = {
    ("recipient", "email"): (10, DAY),
    ("recipient", "sms"): (5, DAY),
    ("person", "email"): (500, HOUR),
    ("person", "sms"): (100, HOUR),
    ("store", "email"): (5000, HOUR),
    ("store", "sms"): (500, HOUR),
    ("country", "sms"): (1000, HOUR),
}


def obstacle(
    channel: str, recipient: str, *, person: object = "", store: object = "", country: str = ""
) -> Obstacle | None:
    """Count one message and say why it may not go, naming what has reached its limit."""
    counted = {
        "recipient": hashlib.sha256(recipient.lower().encode()).hexdigest()[:32],
        "person": str(person),
        "store": str(store),
        "country": country,
    }
    table = {**LIMITS, **getattr(settings, "MESSAGE_LIMITS", {})}
    for name, value in counted.items():
        uses, seconds = table.get((name, channel), (0, 0))
        if value and uses and not allow(f"message:{channel}:{name}:{value}", uses, seconds):
            return Obstacle(f"too_many_for_{name}", _words(name))
    return None


def _words(name: str) -> str:
    return {
        "recipient": _("This recipient has been sent many messages today. Try again tomorrow."),
        "person": _("You have sent many messages within an hour. Try again later."),
        "store": _("This store has sent many messages within an hour. Try again later."),
        "country": _("Many SMS have gone to this country within an hour. Use e-mail, or try again later."),
    }[name]
