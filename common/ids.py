"""Short references people can read aloud."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U
_LENGTH = 8


def short_reference() -> str:
    """Eight random Crockford characters in two groups, such as `7KQ2-M9XD`."""
    raw = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return f"{raw[:4]}-{raw[4:]}"


def clean_reference(text: str) -> str:
    """A typed short reference in its stored form; Crockford's look-alikes are read as meant."""
    raw = text.upper().replace("-", "").replace(" ", "")
    raw = raw.replace("O", "0").replace("I", "1").replace("L", "1")
    return f"{raw[:4]}-{raw[4:]}" if len(raw) == _LENGTH else ""
