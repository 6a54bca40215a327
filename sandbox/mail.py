"""E-mail that stays here: Django's backend for an installation with a sandbox."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from sandbox.actions.outbox import put

_HREF = re.compile(r"""href\s*=\s*["'](https?://[^"']+)["']""", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]")


class EmailBackend(BaseEmailBackend):
    """Writes every message to the outbox, one row each."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; how many."""
        for message in email_messages:
            body = html_of(message)
            put(
                "email",
                to=", ".join(message.recipients()),
                subject=str(message.subject),
                text=str(message.body),
                html=body,
                links=links_of(str(message.body), body),
                tags=[str(tag) for tag in getattr(message, "tags", [])],
            )
        return len(email_messages)


def html_of(message: EmailMessage) -> str:
    """The HTML alternative of a message, or nothing."""
    for content, kind in getattr(message, "alternatives", []):
        if kind == "text/html":
            return str(content)
    return ""


def links_of(text: str, body: str = "") -> list[str]:
    """Every address in text and HTML, once, in order."""
    found = _ADDRESS.findall(text) + [html.unescape(link) for link in _HREF.findall(body)]
    return list(dict.fromkeys(found))
