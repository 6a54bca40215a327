"""A colleague who goes on writing while links expire: one random order after the other.

Started as a process of its own, so that its waits are the database's and not this
program's. Ends when its standard input ends, and prints its waits in milliseconds.
"""

from __future__ import annotations

import json
import select
import sys
import time
from random import Random

import psycopg

_ORDERS = "SELECT order_id FROM paylinks_paymentlink WHERE status = 'created' LIMIT 20000"
_WRITE = "UPDATE orders_order SET changed_at = changed_at WHERE id = %s"


def main(address: str) -> None:
    """Write until told to stop."""
    waits: list[float] = []
    dice = Random(1)
    with psycopg.connect(address, autocommit=True) as connection:
        orders = [row[0] for row in connection.execute(_ORDERS)]
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 0.001)[0]:
            started = time.perf_counter()
            connection.execute(_WRITE, [dice.choice(orders)])
            waits.append((time.perf_counter() - started) * 1000)
    waits.sort()
    print(json.dumps({"writes": len(waits), "p99": waits[int(len(waits) * 0.99)], "longest": waits[-1]}))


if __name__ == "__main__":
    main(sys.argv[1])
