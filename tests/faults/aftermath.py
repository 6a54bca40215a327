"""After a fault: wait for what comes back by itself, then look at every book."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from orders.audit import audit_orders
from orders.models import Order


def until(check: Callable[[], Any], seconds: float = 180) -> Any:
    """The first true answer, or the last one when time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.1)
    return check()


def books_agree() -> None:
    """What `./dev audit --gateway` asks: every order against its operations, its timeline and the gateway."""
    audited = dict(audit_orders(Order.objects.all(), asks_gateway=True))
    assert len(audited) == Order.objects.count()
    assert [str(difference) for found in audited.values() for difference in found] == []
