"""A real SMTP server on loopback."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from messaging.models import Message
from messaging.render import Rendered


@dataclass
class Postbox:
    """Keeps what it took; refuses recipients by their first letters."""

    letters: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 taken"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("refused"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            letter = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        return self.answer


@dataclass
class Server:
    """A post office that can be closed and opened again at the same address."""

    port: int
    postbox: Postbox = field(default_factory=Postbox)
    controller: Controller | None = None

    def open(self) -> None:
        self.controller = Controller(self.postbox, hostname="127.0.0.1", port=self.port, ready_timeout=60)
        self.controller.start()

    def close(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    @property
    def letters(self) -> list[EmailMessage]:
        return self.postbox.letters


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """The server Django's e-mail settings point to."""
    server = Server(_free_port())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 60
    server.open()
    yield server
    server.close()


@pytest.fixture
def render() -> Callable[[Message], Rendered]:
    """An owner's renderer."""
    return lambda _: Rendered("Hello in text", "Hello", "<p>Hello in HTML</p>")
