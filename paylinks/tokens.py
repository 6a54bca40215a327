"""The secret half of a payment link's address, derived and never stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

_MAC_BYTES = 20  # 160 bits; at least 128 are asked for
_ID_CHARS = 22
_MAC_CHARS = 27


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _mac(link_id: uuid.UUID, key: str) -> str:
    name = b"paylinks.token:" + link_id.bytes
    return _encode(hmac.new(key.encode(), name, hashlib.sha256).digest()[:_MAC_BYTES])


def token_of(link_id: uuid.UUID) -> str:
    """The token of a link: its id and a keyed MAC of it."""
    return _encode(link_id.bytes) + _mac(link_id, settings.SECRET_KEY)


def link_id_of(token: str) -> uuid.UUID | None:
    """The link a token belongs to, or None when it was not made by us.

    Older keys stay valid while they are listed as fallbacks; the comparison
    takes the same time whatever is wrong.
    """
    if len(token) != _ID_CHARS + _MAC_CHARS or not token.isascii():
        return None
    try:
        link_id = uuid.UUID(bytes=base64.urlsafe_b64decode(token[:_ID_CHARS] + "=="))
    except ValueError:
        return None
    given = token[_ID_CHARS:]
    matches = [hmac.compare_digest(_mac(link_id, key), given) for key in _keys()]
    return link_id if any(matches) else None


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def url_of(link_id: uuid.UUID) -> str:
    """The absolute address customers open."""
    return settings.PUBLIC_URL + reverse("pay:page", args=[token_of(link_id)])
