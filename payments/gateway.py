"""What every gateway can be asked, in which words, and what it may answer.

Amounts are integers in minor units, times are aware UTC, references are the
gateway's own and opaque to us. A key names one wish for ever: the same key
asked again never moves money twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

Line = Mapping[str, Any]


class GatewayUnavailable(DomainError):  # noqa: N818
    """The gateway could not be heard: nothing is known about what it did.

    `was_sent` is False only when the request surely never left us.
    """

    def __init__(self, message: str, *, was_sent: bool = True) -> None:
        super().__init__("gateway_unavailable", message)
        self.was_sent = was_sent


class GatewayRefused(DomainError):  # noqa: N818
    """The gateway understood and said no; nothing came into being there."""


class BadSignature(DomainError):  # noqa: N818
    """A webhook whose sender cannot be proven, or that is too old to be true."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_signature", message)


class SessionState(TextChoices):
    """Where a customer's attempt to pay stands at the gateway."""

    OPEN = "open", _("Open")
    AUTHORIZED = "authorized", _("Authorized")
    UNDER_REVIEW = "under_review", _("Under review")
    REJECTED = "rejected", _("Rejected after review")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled by the customer")
    CLOSED = "closed", _("Closed without payment")
    UNKNOWN = "unknown", _("Not known to the gateway")


class Outcome(TextChoices):
    """What became of an operation. UNKNOWN is asked about later, never guessed."""

    SUCCEEDED = "succeeded", _("Succeeded")
    PENDING = "pending", _("Pending")
    DECLINED = "declined", _("Declined")
    RETRYABLE = "retryable", _("Not sent")
    UNKNOWN = "unknown", _("Unknown")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a method lets a merchant do after the authorization."""

    partial_capture: bool = False
    multi_capture: bool = False
    release_remaining: bool = False
    extend: bool = False
    increase: bool = False
    decrease: bool = False
    partial_refund: bool = False
    edit_billing: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """One way to pay, as the customer and the rules see it."""

    code: str
    name: str
    description: str
    window_days: int
    charges_at_once: bool
    answers_in_time: bool
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class BeginRequest:
    """One attempt to pay; `reference` is our attempt's id and the idempotency key."""

    reference: str
    amount: int
    currency: str
    country: str
    language: str
    method: str
    lines: tuple[dict[str, Any], ...]
    return_url: str
    webhook_url: str
    expires_at: datetime
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """The gateway's session and where to send the customer."""

    session_reference: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement the gateway has booked; `key` is ours, or empty when it was not our wish.

    `failed_at` is when a refund that had succeeded came back; its `state` is DECLINED then.
    """

    kind: str
    reference: str
    key: str
    amount: int
    at: datetime
    state: Outcome
    message: str = ""
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All the gateway knows about one session at this moment.

    `amount` is what is authorized (or asked for, before that); `expires_at` is
    the end of the hold, not of the session. `email` and `phone` are the payer's,
    where the gateway tells them. A gateway that keeps only sums and not what
    they are made of says so: `tells_movements` is False then.
    """

    state: SessionState
    session_reference: str
    payment_reference: str = ""
    our_reference: str = ""
    amount: int = 0
    currency: str = ""
    authorized_at: datetime | None = None
    expires_at: datetime | None = None
    method: str = ""
    label: str = ""
    charged_at_once: bool = False
    captured_amount: int = 0
    refunded_amount: int = 0
    released_amount: int = 0
    movements: tuple[Movement, ...] = ()
    tells_movements: bool = True
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one operation; `expires_at` is the hold's new end where it moved.

    `failed_at` is when a refund that had succeeded came back; it is DECLINED then.
    """

    outcome: Outcome
    reference: str = ""
    code: str = ""
    message: str = ""
    amount: int | None = None
    expires_at: datetime | None = None
    at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One thing the gateway tells. It may be late, repeated or out of order: ask before booking."""

    id: str
    kind: Literal["session.updated", "operation.updated"]
    session_reference: str
    payment_reference: str
    our_reference: str
    key: str
    snapshot: Snapshot | None


class Gateway(Protocol):
    """A payment provider behind one account.

    Operations never raise for what the network did: they answer UNKNOWN when
    the request may have arrived and RETRYABLE when it surely did not.
    """

    @property
    def identifier(self) -> str:
        """The provider's name, such as `sandbox`."""

    @property
    def checkout_origins(self) -> tuple[str, ...]:
        """Origins of the pages customers are sent to: browsers must let our form go there."""

    def methods(self, country: str, currency: str) -> tuple[Method, ...]:
        """Ways to pay in this country and currency, the usual one first."""

    def method(self, code: str) -> Method:
        """One way to pay; GatewayRefused when the gateway has none of that code."""

    def begin(self, request: BeginRequest) -> Begun:
        """Open a session. The same reference again answers with the same session.

        Raises GatewayUnavailable (a session may exist) or GatewayRefused (none does).
        """

    def close(self, session_reference: str) -> Snapshot:
        """End an open session; one that has just succeeded answers AUTHORIZED instead."""

    def fetch(self, session_reference: str) -> Snapshot:
        """What is true now. Raises GatewayUnavailable."""

    def capture(self, payment_reference: str, amount: int, currency: str, lines: tuple[Line, ...], key: str) -> Result:
        """Take reserved money."""

    def refund(self, payment_reference: str, amount: int, currency: str, lines: tuple[Line, ...], key: str) -> Result:
        """Give captured money back."""

    def void(self, payment_reference: str, key: str) -> Result:
        """Let go of the whole reservation; only before any capture."""

    def release_remaining(self, payment_reference: str, key: str) -> Result:
        """Let go of what is still reserved after a capture."""

    def extend(self, payment_reference: str, key: str) -> Result:
        """Keep the reservation longer; the answer carries its new end."""

    def update_authorization(self, payment_reference: str, amount: int, lines: tuple[Line, ...], key: str) -> Result:
        """Reserve another total; raising it needs the gateway's yes."""

    def lookup(self, key: str) -> Result | None:
        """What became of the operation with this key; None when it never arrived."""

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes) -> tuple[WebhookEvent, ...]:
        """Verify the signature, then read. Raises BadSignature."""

    def check_config(self) -> None:
        """Raise GatewayRefused or GatewayUnavailable when the account cannot be used."""
