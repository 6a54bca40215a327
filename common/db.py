"""Guards about transactions."""

from __future__ import annotations

from django.db import connection


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
