"""The timeline against the operations."""

from __future__ import annotations

from collections.abc import Iterator

from orders.audit.books import Books, Row
from orders.audit.differences import Finding, unequal
from orders.models import Kind, State
from orders.timeline import What

# what the timeline says when an operation of a kind has succeeded
_TOLD: dict[str, tuple[str, ...]] = {
    Kind.CAPTURE: (What.ORDER_CAPTURED,),
    Kind.REFUND: (What.ORDER_REFUNDED,),
    Kind.REVERSAL: (What.REFUND_REVERSED,),
    Kind.VOID: (What.ORDER_CANCELLED,),
    Kind.RELEASE: (What.ORDER_RELEASED,),
    Kind.EXTEND: (What.ORDER_EXTENDED,),
    Kind.ADJUST: (What.ORDER_EDITED,),
    Kind.AUTHORIZE: (What.ORDER_AUTHORIZED, What.ORDER_UNDER_REVIEW),
}
_STRAY = (What.STRAY_RETURNED,)
_STRAY_BACK = (What.STRAY_CAME_BACK,)
_MONEY = {str(what) for told in (*_TOLD.values(), _STRAY, _STRAY_BACK) for what in told}


def sequence(books: Books) -> Iterator[Finding]:
    """Events are numbered from 1 without gaps, up to the order's counter."""
    found = sorted(event["seq"] for event in books.events)
    if found != list(range(1, books.order.last_seq + 1)):
        missing = sorted(set(range(1, books.order.last_seq + 1)) - set(found))
        yield Finding("events", f"1 to {books.order.last_seq} without gaps", f"{len(found)}, missing {missing}")


def movements(books: Books) -> Iterator[Finding]:
    """Each settled movement is told once with its amount, and nothing else is told."""
    told: dict[str | None, list[tuple[str, int]]] = {}
    for event in books.events:
        if event["kind"] in _MONEY:
            told.setdefault(event["operation_id"], []).append((event["kind"], event["amount"]))
    for operation in books.operations:
        kinds = _told(operation)
        is_told = operation["state"] == State.SUCCEEDED or operation["kind"] == Kind.AUTHORIZE
        entries = told.pop(operation["id"], [])
        what = f"told of {operation['kind']}"
        if not is_told:
            yield from unequal(what, [], entries)
        elif len(entries) != 1 or entries[0][0] not in kinds or entries[0][1] != operation["amount"]:
            yield Finding(what, f"{kinds[0]} {operation['amount']}, once", entries)
    told.pop(None, None)  # ends without an operation count in the sums
    for entries in told.values():
        yield Finding("told without its operation", [], entries)


def _told(operation: Row) -> tuple[str, ...]:
    if not operation["is_stray"]:
        return _TOLD[operation["kind"]]
    return _STRAY_BACK if operation["kind"] == Kind.REVERSAL else _STRAY
