"""Columns against operations, and operations against their pieces."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from orders.audit.books import CAPTURES, REFUNDS, RELEASES, Books, Row
from orders.audit.differences import Finding, at_most, unequal
from orders.models import Kind, State
from orders.models.operations import IN_FLIGHT
from orders.states import PLACED, Status


def sums(books: Books) -> Iterator[Finding]:
    """The order's columns are what its operations add up to."""
    order = books.order
    yield from unequal("authorized_amount", _authorized(books), order.authorized_amount)
    yield from unequal("adjusting_amount", books.in_flight(Kind.ADJUST), order.adjusting_amount)
    yield from unequal("captured_amount", books.total(CAPTURES), order.captured_amount)
    yield from unequal("capturing_amount", books.in_flight(CAPTURES), order.capturing_amount)
    refunded = books.total(REFUNDS) - books.total(Kind.REVERSAL)
    yield from unequal("refunded_amount", refunded, order.refunded_amount)
    yield from unequal("refunding_amount", books.in_flight(REFUNDS), order.refunding_amount)
    done = {operation["id"] for operation in books.own(REFUNDS)} - books.reversed_ids()
    yield from unequal("withheld_amount", _fees(books, done), order.withheld_amount)
    running = {operation["id"] for operation in books.own(REFUNDS, states=IN_FLIGHT)}
    yield from unequal("withholding_amount", _fees(books, running), order.withholding_amount)
    yield from unequal("released_amount", books.total(*RELEASES) + books.let_go(), order.released_amount)
    yield from unequal("releasing_amount", books.in_flight(*RELEASES), order.releasing_amount)


def _authorized(books: Books) -> int:
    """What the authorization came to, or the last changed total the gateway said yes to."""
    adjusted = {operation["id"]: operation["amount"] for operation in books.own(Kind.ADJUST)}
    found = [adjusted[event["operation_id"]] for event in books.edits() if event["operation_id"] in adjusted]
    return int(found[-1]) if found else books.total(Kind.AUTHORIZE, states=State)


def content(books: Books) -> Iterator[Finding]:
    """The current lines are those of the last edit and sum to the order; what was captured is among them."""
    order = books.order
    edits = books.edits()
    yield from unequal("revision", edits[-1]["data"]["revision"] if edits else 1, order.revision)
    current = [line for line in books.lines if line["revision"] == order.revision]
    yield from unequal("amount", sum(line["total_amount"] for line in current), order.amount)
    yield from unequal("tax_amount", sum(line["tax_amount"] for line in current), order.tax_amount)
    item_of = {line["id"]: line["item"] for line in books.lines}
    there = {line["item"]: line for line in current}
    taken = [{**piece, "item": item_of[piece["line_id"]]} for piece in books.pieces_of(CAPTURES) if piece["line_id"]]
    amounts, units = _sum(taken, "item", "amount"), _sum(taken, "item", "quantity")
    for item, amount in amounts.items():
        line = there.get(item)
        if line is None:
            yield Finding("captured item", "among the current lines", item)
            continue
        yield from at_most(f"units taken of item {line['name']}", line["quantity"], units[item])
        yield from _within(f"amount taken of item {line['name']}", line["total_amount"], amount)


def _fees(books: Books, refunds: set[str]) -> int:
    """Return fees kept back from these refunds."""
    fees = (
        each["amount"] for each in books.pieces if each["type"] == "return_fee" and each["operation_id"] in refunds
    )
    return -int(sum(fees))


def limits(books: Books) -> Iterator[Finding]:
    """Money in flight counted, nothing is above what there is; own money has one currency."""
    order = books.order
    taken = order.captured_amount + order.capturing_amount + order.released_amount + order.releasing_amount
    yield from at_most("captured and released", order.authorized_amount, taken)
    yield from at_most("captured", order.amount, order.captured_amount + order.capturing_amount)
    fees = order.withheld_amount + order.withholding_amount
    back = order.refunded_amount + order.refunding_amount
    yield from at_most("refunded", order.captured_amount, back + order.charged_back_amount)
    yield from at_most("refunded and withheld", order.captured_amount, back + fees)
    for operation in books.operations:
        if not operation["is_stray"]:
            yield from unequal(f"currency of {operation['kind']}", order.currency, operation["currency"])


def status(books: Books) -> Iterator[Finding]:
    """The stored status is the one the sums tell."""
    order = books.order
    if order.status not in PLACED or order.status in {Status.CANCELLED, Status.EXPIRED}:
        return
    expected = Status.AUTHORIZED
    if books.total(CAPTURES):
        left = order.authorized_amount - order.captured_amount - order.released_amount
        # a capture, release or change of the total on its way still leaves the order partly captured
        expected = Status.PART_CAPTURED if left > 0 or order.adjusting_amount else Status.CAPTURED
    yield from unequal("status", expected.value, order.status)


def pieces(books: Books) -> Iterator[Finding]:
    """The pieces of a capture or refund sum to it, and nothing is taken twice."""
    summed = _sum(books.pieces, "operation_id", "amount")
    for operation in books.own(CAPTURES, REFUNDS, states=State):
        yield from unequal(f"pieces of {operation['kind']}", operation["amount"], summed.get(operation["id"], 0))
    yield from _lines(books)
    yield from _rates(books)
    yield from _refunds(books)


def _lines(books: Books) -> Iterator[Finding]:
    taken = books.pieces_of(CAPTURES)
    quantities, amounts = _sum(taken, "line_id", "quantity"), _sum(taken, "line_id", "amount")
    taxes = _sum(taken, "line_id", "tax_amount")
    for line in books.lines:
        key, name = line["id"], line["name"]
        if key not in amounts:
            continue
        yield from at_most(f"units taken of {name}", line["quantity"], quantities[key])
        yield from _within(f"amount taken of {name}", line["total_amount"], amounts[key])
        if amounts[key] == line["total_amount"] and quantities[key] == line["quantity"]:
            yield from unequal(f"tax taken of {name}", line["tax_amount"], taxes[key])


def _within(what: str, whole: int, found: int) -> Iterator[Finding]:
    """Between nothing and the whole, whichever side of zero that is."""
    if not min(whole, 0) <= found <= max(whole, 0):
        yield Finding(what, f"between 0 and {whole}", found)


def _rates(books: Books) -> Iterator[Finding]:
    """Free amounts and lines together take at most what there is at a tax rate."""
    current = [line for line in books.lines if line["revision"] == books.order.revision]
    there, taken = _sum(current, "tax_rate", "total_amount"), _sum(books.pieces_of(CAPTURES), "tax_rate", "amount")
    for rate, amount in taken.items():
        yield from at_most(f"captured at rate {rate}", max(there.get(rate, 0), 0), amount)


def _refunds(books: Books) -> Iterator[Finding]:
    """A refund's pieces lie within the capture they name, by unit, by rate and in all."""
    captures = {operation["id"]: operation for operation in books.own(CAPTURES)}
    captured = [piece for piece in books.pieces if piece["operation_id"] in captures]
    refunded = books.pieces_of(REFUNDS)
    for key, amount in _sum(refunded, "capture_id", "amount").items():
        if key not in captures:
            yield Finding("capture a refund is taken from", "a capture of this order", key)
        else:
            yield from at_most("refunded of a capture", captures[key]["amount"], amount)
    units = _sums(captured, ("operation_id", "line_id"), "quantity")
    for where, quantity in _sums(refunded, ("capture_id", "line_id"), "quantity").items():
        yield from at_most("units refunded of a capture", units.get(where, 0), quantity)
    yield from _taxes_back(captured, refunded)
    goods = [piece for piece in refunded if piece["type"] != "return_fee"]
    rates = _sums(captured, ("operation_id", "tax_rate"), "amount")
    for where, amount in _sums(goods, ("capture_id", "tax_rate"), "amount").items():
        yield from at_most(f"refunded at rate {where[1]}", max(rates.get(where, 0), 0), amount)


def _taxes_back(captured: list[Row], refunded: list[Row]) -> Iterator[Finding]:
    """A piece that was refunded whole gave back the tax it was captured with."""
    ours, theirs = ("operation_id", "line_id"), ("capture_id", "line_id")
    whole, taxes = _sums(captured, ours, "amount"), _sums(captured, ours, "tax_amount")
    back = _sums(refunded, theirs, "tax_amount")
    for where, amount in _sums(refunded, theirs, "amount").items():
        if where[1] is not None and amount == whole.get(where):
            yield from unequal("tax refunded of a captured piece", taxes[where], back[where])


def _sum(rows: Iterable[Row], by: str, field: str) -> dict[Any, int]:
    return {key[0]: amount for key, amount in _sums(rows, (by,), field).items()}


def _sums(rows: Iterable[Row], by: tuple[str, ...], field: str) -> dict[tuple[Hashable, ...], int]:
    found: dict[tuple[Hashable, ...], int] = {}
    for row in rows:
        key = tuple(row[name] for name in by)
        found[key] = found.get(key, 0) + row[field]
    return found
