"""Keys and references of demo rows: thrown by a seeded dice, so that a day's data are always the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from django.apps import apps
from django.db.models import Field

from common.ids import ALPHABET, short_reference


class Ids:
    """Where new rows get their names while the demo is filled."""

    def __init__(self) -> None:
        self.dice = Random(0)  # noqa: S311 (demo data)

    def begin(self, chapter: str) -> None:
        """From here on names follow from `chapter` alone, whatever was told before."""
        self.dice = Random(chapter)  # noqa: S311 (demo data)

    def key(self) -> uuid.UUID:
        """A random UUID that is the same every time."""
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def reference(self) -> str:
        """A short reference that is the same every time."""
        raw = "".join(self.dice.choice(ALPHABET) for _ in range(8))
        return f"{raw[:4]}-{raw[4:]}"


@contextmanager
def told_ids() -> Iterator[Ids]:
    """Let every model take its defaults from an `Ids`, and from chance again afterwards."""
    ids = Ids()
    stand_ins = {uuid.uuid4: ids.key, short_reference: ids.reference}
    changed = [(field, field.default) for field in _fields() if field.default in stand_ins]
    for field, usual in changed:
        _let(field, stand_ins[usual])
    try:
        yield ids
    finally:
        for field, usual in changed:
            _let(field, usual)


def _fields() -> Iterator[Field[Any, Any]]:
    for model in apps.get_models():
        yield from (field for field in model._meta.local_fields if callable(field.default))  # noqa: SLF001


def _let(field: Field[Any, Any], default: Any) -> None:
    field.default = default
    field.__dict__.pop("_get_default", None)  # Django keeps it once asked
