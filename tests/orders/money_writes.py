"""Whether anything was written to the books since they were last found to agree."""

from __future__ import annotations

from django.db import connection

from orders.models import Event, Line, Operation, OperationLine, Order
from paylinks.models import Attempt, PaymentLink
from sandbox.models import Movement, Payment, Session

BOOKS = (Order, Operation, OperationLine, Line, Event, PaymentLink, Attempt, Session, Payment, Movement)
_WRITES = """
SELECT sum(
    pg_stat_get_xact_tuples_inserted(book) + pg_stat_get_xact_tuples_updated(book)
    + pg_stat_get_xact_tuples_deleted(book)
) FROM unnest(%s::regclass[]) AS book
"""


def writes() -> int:
    """Rows of our books and the gateway's this transaction has written so far, as PostgreSQL counts them.

    What a savepoint took back counts too: the same number means the same rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITES, [[model._meta.db_table for model in BOOKS]])
        return int(cursor.fetchone()[0])
