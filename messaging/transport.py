"""Handing a rendered message to its provider, and reading what the provider said."""

from __future__ import annotations

import contextlib
import smtplib
from urllib.parse import urlsplit

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection

from messaging.models import Channel, Message
from messaging.render import Rendered
from messaging.sms import RefusedError, provider

_PERMANENT = range(500, 600)  # SMTP: 5xx means never, 4xx means later


def send(message: Message, rendered: Rendered) -> str:
    """Hand it over and return the provider's id.

    Raises RefusedError when trying again is pointless, anything else when it may help.
    """
    if message.channel == Channel.SMS:
        return provider().send(message.recipient, rendered.text, message.pk.hex)
    try:
        return _send_mail(message, rendered)
    except (BadHeaderError, AnymailRecipientsRefused, UnicodeError) as error:
        raise RefusedError(str(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        _raise_if_final(*error.recipients.get(message.recipient, (0, b"")), error)
        raise
    except smtplib.SMTPDataError as error:
        _raise_if_final(error.smtp_code, error.smtp_error, error)
        raise
    except AnymailAPIError as error:
        if error.status_code in (400, 422):  # the provider says the message itself is wrong
            raise RefusedError(str(error)) from error
        raise


def message_id(message: Message) -> str:
    """The same for every try of this row, so that mailboxes recognise a second copy."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{message.pk.hex}@{host}>"


def _send_mail(message: Message, rendered: Rendered) -> str:
    mail = EmailMultiAlternatives(
        rendered.subject,
        rendered.text,
        settings.DEFAULT_FROM_EMAIL,
        [message.recipient],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    if rendered.html:
        mail.attach_alternative(rendered.html, "text/html")
    mail.metadata = {"message": message.pk.hex}  # type: ignore[attr-defined] # anymail: comes back with bounces
    connection = get_connection()
    connection.open()
    try:
        connection.send_messages([mail])
    finally:
        # accepted is accepted: a goodbye that fails must not look like a failed delivery
        with contextlib.suppress(Exception):
            connection.close()
    status = getattr(mail, "anymail_status", None)
    return str(getattr(status, "message_id", None) or message_id(message))


def _raise_if_final(code: int, words: bytes | str, error: Exception) -> None:
    if code in _PERMANENT:
        text = words.decode(errors="replace") if isinstance(words, bytes) else words
        raise RefusedError(f"{code} {text}") from error
