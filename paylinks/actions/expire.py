"""Links past their end become expired, in batches that keep nobody waiting."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

BATCH = 500  # a batch's locks last some 25 milliseconds: nobody waits longer

_LOCK = """
SELECT l.id FROM paylinks_paymentlink AS l JOIN orders_order AS o ON o.id = l.order_id
WHERE l.status IN ('created', 'in_progress') AND l.expires_at <= %(at)s
  AND NOT EXISTS (SELECT 1 FROM paylinks_attempt AS a WHERE a.link_id = l.id AND a.state = 'begun')
ORDER BY l.expires_at LIMIT %(batch)s
FOR NO KEY UPDATE OF o, l SKIP LOCKED
"""

# A second statement, so that an attempt begun while the locks were taken is seen. It does not ask
# for the status again: that is locked, and asking would read the index of all due links each time.
_EXPIRE = """
WITH due AS (
    UPDATE paylinks_paymentlink AS l SET status = 'expired', expired_at = %(at)s
    WHERE l.id = ANY(%(ids)s)
      AND NOT EXISTS (SELECT 1 FROM paylinks_attempt AS a WHERE a.link_id = l.id AND a.state = 'begun')
    RETURNING l.order_id, l.number
), counted AS (
    UPDATE orders_order AS o SET last_seq = o.last_seq + 1, version = o.version + 1, changed_at = %(at)s
    FROM due WHERE o.id = due.order_id
    RETURNING o.id, o.last_seq, due.number
)
INSERT INTO orders_event (order_id, seq, kind, origin, actor, amount, data, at)
SELECT id, last_seq, 'link.expired', 'system', '', NULL, jsonb_build_object('number', number), %(at)s FROM counted
"""


def expire_links(at: datetime) -> int:
    """Mark every unpaid link past its 48 hours; answers how many.

    A link with a running attempt waits until the gateway was asked (15 minutes
    after the end at the earliest). Moves status as the table of moves allows.
    """
    total = 0
    while True:
        locked, expired = _batch(at)
        total += expired
        if locked < BATCH:
            return total


@transaction.atomic(durable=True)
def _batch(at: datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"at": at, "batch": BATCH})
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return 0, 0
        cursor.execute(_EXPIRE, {"at": at, "ids": ids})
        return len(ids), int(cursor.rowcount)
