"""SMS that stays here."""

from __future__ import annotations

from sandbox.actions.outbox import put
from sandbox.mail import links_of


class OutboxSms:
    """A provider of SMS that writes to the outbox."""

    def send(self, to: str, text: str, key: str) -> str:
        """Keep one SMS; the same key again keeps one. The provider's id comes back."""
        item = put("sms", to=to, text=text, links=links_of(text), key=key)
        return f"sms_{item.pk.hex}"
