"""Slices of captures and refunds sum exactly, whatever is chosen in whatever order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import tax_of
from orders.cutting import (
    CaptureShares,
    CutError,
    Free,
    Piece,
    Share,
    capture_everything,
    capture_pieces,
    refund_everything,
    refund_pieces,
)

RATES = [0, 600, 1200, 2500]


@st.composite
def orders(draw: st.DrawFn) -> list[Share]:
    """Goods at one to three rates, with a discount per rate that never exceeds them."""
    shares = []
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=3, unique=True))
    for rate in rates:
        goods = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5000)), min_size=1, max_size=3))
        whole = 0
        for quantity, price in goods:
            shares.append(Share(len(shares) + 1, f"goods {len(shares)}", "physical", quantity, quantity * price, rate))
            whole += quantity * price
        if whole and draw(st.booleans()):
            shares.append(Share(len(shares) + 1, "discount", "discount", 1, -draw(st.integers(0, whole - 1)), rate))
    return shares


def total(pieces: list[Piece]) -> int:
    return sum(piece.amount for piece in pieces)


def take(shares: list[Share], pieces: list[Piece]) -> list[Share]:
    """The shares after the pieces were cut."""
    by_key = {piece.key: piece for piece in pieces if piece.key is not None}
    return [
        replace(
            share,
            taken_quantity=share.taken_quantity + by_key[share.key].quantity,
            taken_amount=share.taken_amount + by_key[share.key].amount,
            taken_tax=share.taken_tax + by_key[share.key].tax_amount,
        )
        if share.key in by_key
        else share
        for share in shares
    ]


@given(orders(), st.data())
def test_partial_captures_sum_to_the_order(shares: list[Share], data: st.DataObject) -> None:
    whole = sum(share.total for share in shares)
    if whole <= 0:
        return
    captured: list[list[Piece]] = []
    for _ in range(data.draw(st.integers(0, 4))):
        wish = {share.key: data.draw(st.integers(0, share.left_quantity)) for share in shares if share.is_goods}
        left = whole - sum(map(total, captured))
        try:
            pieces = capture_pieces(shares, {}, quantities=wish, limit=left)
        except CutError:
            continue
        captured.append(pieces)
        shares = take(shares, pieces)
    left = whole - sum(map(total, captured))
    if not left:
        return  # a discount may leave units that are worth nothing
    rest = capture_everything(shares, {}, limit=left)
    captured.append(rest)
    shares = take(shares, rest)
    assert sum(map(total, captured)) == whole
    for share in shares:
        if share.total:
            assert share.taken_amount == share.total
            assert share.taken_tax == tax_of(share.total, share.tax_rate)


@given(orders(), st.data())
def test_free_amounts_and_lines_never_take_more_than_a_rate_holds(shares: list[Share], data: st.DataObject) -> None:
    whole = sum(share.total for share in shares)
    if whole <= 0:
        return
    free_taken: dict[int, int] = {}
    taken = 0
    for _ in range(data.draw(st.integers(0, 4))):
        wish = {share.key: data.draw(st.integers(0, share.left_quantity)) for share in shares if share.is_goods}
        rate = data.draw(st.sampled_from(RATES))
        frees = [Free(data.draw(st.integers(1, 4000)), rate, "Extra")] if data.draw(st.booleans()) else []
        try:
            pieces = capture_pieces(shares, free_taken, quantities=wish, frees=frees, limit=whole - taken)
        except CutError:
            continue
        taken += total(pieces)
        shares = take(shares, pieces)
        for piece in pieces:
            if piece.key is None:
                free_taken[piece.tax_rate] = free_taken.get(piece.tax_rate, 0) + piece.amount
    if taken < whole:
        taken += total(capture_everything(shares, free_taken, limit=whole - taken))
    assert taken == whole


@given(orders(), st.data())
def test_refunds_of_captures_sum_to_what_was_captured(shares: list[Share], data: st.DataObject) -> None:
    whole = sum(share.total for share in shares)
    if whole <= 0:
        return
    captures = []
    left, name = whole, 0
    while left:
        wish = {share.key: data.draw(st.integers(0, share.left_quantity)) for share in shares if share.is_goods}
        name += 1
        try:
            pieces = capture_pieces(shares, {}, quantities=wish, limit=left)
        except CutError:
            pieces = capture_everything(shares, {}, limit=left)
        left -= total(pieces)
        shares = take(shares, pieces)
        captures.append(frozen(str(name), pieces))
    refunded = 0
    for _ in range(data.draw(st.integers(0, 4))):
        keys = {share.key: 0 for capture in captures for share in capture.shares if share.is_goods}
        for capture in captures:
            for share in capture.shares:
                if share.is_goods:
                    keys[share.key] += share.left_quantity
        wish = {key: data.draw(st.integers(0, most)) for key, most in keys.items()}
        try:
            cut = refund_pieces(captures, quantities=wish, limit=whole - refunded)
        except CutError:
            continue
        refunded += sum(map(total, cut.values()))
        captures = [after(capture, cut.get(capture.key, [])) for capture in captures]
    if refunded < whole:
        cut = refund_everything(captures, limit=whole - refunded)
        refunded += sum(map(total, cut.values()))
        captures = [after(capture, cut.get(capture.key, [])) for capture in captures]
    assert refunded == whole


def frozen(key: str, pieces: list[Piece]) -> CaptureShares:
    """A capture as refunds see it."""
    shares = tuple(
        Share(piece.key, piece.name, piece.type, piece.quantity, piece.amount, piece.tax_rate)
        for piece in pieces
        if piece.key is not None
    )
    frees: dict[int, int] = {}
    for piece in pieces:
        if piece.key is None:
            frees[piece.tax_rate] = frees.get(piece.tax_rate, 0) + piece.amount
    return CaptureShares(key, shares, frees)


def after(capture: CaptureShares, pieces: list[Piece]) -> CaptureShares:
    """The capture after a refund took pieces of it."""
    free_taken = dict(capture.free_taken)
    for piece in pieces:
        if piece.key is None:
            free_taken[piece.tax_rate] = free_taken.get(piece.tax_rate, 0) + piece.amount
    return CaptureShares(capture.key, tuple(take(list(capture.shares), pieces)), capture.frees, free_taken)


def test_a_return_fee_is_kept_back_and_uses_up_the_lines() -> None:
    capture = frozen("1", [Piece(1, "Bowl", "physical", 2, 20000, 4000, 2500)])
    cut = refund_pieces([capture], quantities={1: 1}, fee=Free(1500, 2500, "Return fee"), limit=20000)
    assert [(piece.type, piece.amount, piece.tax_amount) for piece in cut["1"]] == [
        ("physical", 10000, 2000),
        ("return_fee", -1500, -300),
    ]
    with pytest.raises(CutError, match="less than"):
        refund_pieces([capture], quantities={1: 1}, fee=Free(10001, 2500, "Return fee"), limit=20000)
    with pytest.raises(CutError, match="More is chosen"):  # though only 8,500 would be paid out
        refund_pieces([capture], quantities={1: 1}, fee=Free(1500, 2500, "Return fee"), limit=9999)


def test_a_discount_cannot_be_chosen_alone() -> None:
    shares = [Share(1, "Bowl", "physical", 1, 10000, 2500), Share(2, "Off", "discount", 1, -1000, 2500)]
    with pytest.raises(CutError, match="cannot be chosen alone"):
        capture_pieces(shares, {}, quantities={2: 1}, limit=9000)
    assert total(capture_pieces(shares, {}, quantities={1: 1}, limit=9000)) == 9000
