"""Keys derived from one secret, so that nothing secret needs a column."""

from __future__ import annotations

import hashlib
import hmac


def derive(secret: str, purpose: str, subject: str) -> bytes:
    """32 bytes only the holder of `secret` can make, different for each purpose and subject."""
    return hmac.digest(secret.encode(), f"{purpose}\n{subject}".encode(), hashlib.sha256)
