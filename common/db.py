"""Guards about transactions, and rows that come inside others."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

Row = dict[str, Any]
Found = TypeVar("Found", bound=Model)


def refuse_transaction() -> None:
    """Raise RuntimeError when a transaction is open: money calls must not hold locks.

    The transaction a test case wraps around itself does not count.
    """
    blocks = connection.atomic_blocks
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        message = "A gateway must not be called inside a transaction."
        raise RuntimeError(message)


def release_connection() -> None:
    """Give the pooled connection back before a slow call; the next query takes a new one."""
    if not connection.in_atomic_block:
        connection.close()


def instance(model: type[Found], row: Row) -> Found:
    """What PostgreSQL's `to_jsonb` of a whole row stands for, as a query of its own would give it."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - public, in spite of its name
    values = [field.to_python(row[field.column]) for field in fields]
    return model.from_db(connection.alias, [field.attname for field in fields], values)
