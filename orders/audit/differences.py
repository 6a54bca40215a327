"""One thing that does not agree."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """What was expected of an order, by recomputing, and what was found. Amounts in minor units."""

    order_id: uuid.UUID
    what: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.order_id}  {self.what}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference before it is known of which order."""

    what: str
    expected: object
    found: object


def unequal(what: str, expected: object, found: object) -> Iterator[Finding]:
    """A finding unless both are equal."""
    if expected != found:
        yield Finding(what, expected, found)


def at_most(what: str, limit: int, found: int) -> Iterator[Finding]:
    """A finding when more was found than the limit."""
    if found > limit:
        yield Finding(what, f"at most {limit}", found)
