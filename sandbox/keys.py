"""The keys this provider gives to a merchant's account."""

from __future__ import annotations

import hmac
import uuid

from django.conf import settings

from common.keys import derive
from common.standard_webhooks import secret_of

_PREFIX = "sk_test"


def api_key(account: uuid.UUID) -> str:
    """The bearer key of an account."""
    mac = derive(settings.SANDBOX_SECRET, "sandbox.api", str(account)).hex()
    return f"{_PREFIX}_{account.hex}_{mac}"


def webhook_secret(account: uuid.UUID) -> str:
    """What this account's webhooks are signed with."""
    return secret_of(derive(settings.SANDBOX_SECRET, "sandbox.webhook", str(account)))


def account_of(authorization: str) -> uuid.UUID | None:
    """The account whose key the Authorization header carries, or None."""
    scheme, _space, key = authorization.partition(" ")
    try:
        account = uuid.UUID(hex=key.removeprefix(f"{_PREFIX}_").partition("_")[0])
    except ValueError:
        return None
    is_right = hmac.compare_digest(key.encode(), api_key(account).encode())
    return account if scheme == "Bearer" and is_right else None
