"""Signing and checking as Standard Webhooks 1.0 says: id, time and body in one HMAC-SHA256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

TOLERANCE_SECONDS = 300  # the specification's own example
_LONGEST_STAMP = 10
_PREFIX = "whsec_"


class SignatureError(Exception):
    """The headers do not prove who sent this body, or when."""


def secret_of(key: bytes) -> str:
    """A raw key in the form people copy: `whsec_` and base64."""
    return _PREFIX + base64.b64encode(key).decode()


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers that prove `body`; `at` is the real time of this attempt."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + _mac(secret, message_id, stamp, body),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, at: datetime | None = None) -> str:
    """The message id when one of `secrets` signed `body` recently; else SignatureError.

    `at` is real time, never the moved business clock: it guards the transport.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    message_id = lower.get("webhook-id", "")
    stamp = lower.get("webhook-timestamp", "")
    _check_age(stamp, at or datetime.now(UTC))
    given = [part[3:] for part in lower.get("webhook-signature", "").split() if part[:3] == "v1,"]
    wanted = [_mac(secret, message_id, stamp, body) for secret in secrets]
    if message_id and any(hmac.compare_digest(a.encode(), b.encode()) for a in given for b in wanted):
        return message_id
    raise SignatureError("no matching signature")


def _check_age(stamp: str, at: datetime) -> None:
    # ten digits last until the year 2286; hundreds of them are more than a float holds
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > _LONGEST_STAMP:
        raise SignatureError("no timestamp")
    if abs(at.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise SignatureError("timestamp too far from now")


def _mac(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise SignatureError("secret is not base64") from error
    signed = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
