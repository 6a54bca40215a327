"""A hundred thousand random lines, cut at random: to the last minor unit, in exact fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from common.money import line_total, tax_of
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

LINES = 100_000
SEED = 20_261_120
GOODS = ("physical", "digital", "shipping_fee", "surcharge", "sales_tax")
HIGHEST_PRICE = 200_000_000
MOST_UNITS = 100_000


@dataclass
class Bought:
    """An order on its way: its lines, and what became of them. `is_even`: nothing was declined in between."""

    lines: list[Share]
    captures: list[list[Piece]] = field(default_factory=list)
    is_even: bool = True

    @property
    def whole(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def left(self) -> int:
        return self.whole - amount_of(self.captures)

    def shares(self) -> list[Share]:
        return [taken(line, self.captures) for line in self.lines]

    def free_taken(self) -> dict[int, int]:
        return frees_of(self.captures)


def amount_of(cuts: Iterable[Iterable[Piece]]) -> int:
    return sum(piece.amount for cut in cuts for piece in cut)


def taken(share: Share, cuts: Iterable[Sequence[Piece]]) -> Share:
    """The share as the database would tell it after these cuts."""
    own = [piece for cut in cuts for piece in cut if piece.key == share.key]
    if not own:
        return share
    return replace(
        share,
        taken_quantity=sum(piece.quantity for piece in own),
        taken_amount=sum(piece.amount for piece in own),
        taken_tax=sum(piece.tax_amount for piece in own),
    )


def frees_of(cuts: Iterable[Iterable[Piece]]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for cut in cuts:
        for piece in cut:
            if piece.key is None and piece.type != "return_fee":
                sums[piece.tax_rate] = sums.get(piece.tax_rate, 0) + piece.amount
    return sums


def bought(rng: Random) -> Bought:
    """One to seven lines of goods at up to three rates; discounts, a gift card or credit that leave something."""
    rates = [rng.choice([0, 600, 1200, 2500, 10_000, rng.randint(0, 10_000)]) for _ in range(rng.randint(1, 3))]
    lines = [goods(rng, key, rng.choice(rates)) for key in range(1, rng.randint(2, 8))]
    for rate in set(rates):
        whole = sum(line.total for line in lines if line.tax_rate == rate and line.is_goods)
        if whole > 1 and rng.random() < 0.4:
            lines.append(Share(len(lines) + 1, "Off", "discount", 1, -rng.randint(1, whole - 1), rate))
    rest = sum(line.total for line in lines)
    if rest > 1 and rng.random() < 0.2:
        kind = rng.choice(["gift_card", "store_credit"])
        lines.append(Share(len(lines) + 1, "Card", kind, 1, -rng.randint(1, rest - 1), 0))
    return Bought(lines)


def goods(rng: Random, key: int, rate: int) -> Share:
    quantity = rng.choice([1, 2, 3, rng.randint(1, 99), rng.randint(1, MOST_UNITS)])
    price = rng.choice([rng.randint(0, 9), rng.randint(1, 99_999), rng.randint(1, HIGHEST_PRICE)])
    discount = rng.choice([0, 0, rng.randint(0, quantity * price)])
    return Share(key, "Line", rng.choice(GOODS), quantity, line_total(quantity, price, discount), rate)


def wish(rng: Random, shares: Iterable[Share]) -> dict[int, int]:
    """Some units of some lines."""
    found: dict[int, int] = {}
    for share in shares:
        if share.is_goods and share.left_quantity > 0 and rng.random() < 0.6:
            found[share.key] = found.get(share.key, 0) + rng.randint(1, share.left_quantity)
    return found


def amounts(rng: Random, rest: dict[int, int]) -> list[Free]:
    """Now and then an amount at one of the rates."""
    open_rates = [rate for rate, left in rest.items() if left > 1]
    if not open_rates or rng.random() > 0.1:
        return []
    rate = rng.choice(open_rates)
    return [Free(rng.randint(1, rest[rate] // 2), rate, "Extra")]


def capture(order: Bought, rng: Random) -> None:
    """Up to three captures of parts, some declined after the next one was reserved, then everything."""
    declined: list[Piece] = []
    for _ in range(rng.randint(0, 3)):
        shares, free_taken = order.shares(), order.free_taken()
        rest = {line.tax_rate: 0 for line in order.lines}
        for share in shares:
            rest[share.tax_rate] += share.left_amount
        chosen = wish(rng, shares)
        try:
            cut = capture_pieces(shares, free_taken, quantities=chosen, frees=amounts(rng, rest), limit=order.left)
        except CutError:
            continue
        check_cut(order, shares, cut)
        order.captures.append(cut)
        if declined:
            order.captures.remove(declined)
            declined = []
        elif rng.random() < 0.1:
            declined, order.is_even = cut, False
    if order.left:
        shares = order.shares()
        cut = capture_everything(shares, order.free_taken(), limit=order.left)
        check_cut(order, shares, cut)
        order.captures.append(cut)


def check_cut(order: Bought, shares: Iterable[Share], cut: Sequence[Piece]) -> None:
    """Above 0 in all, nothing on the wrong side of 0, and each piece next to its exact value."""
    assert sum(piece.amount for piece in cut) > 0
    by_key = {share.key: share for share in shares}
    for piece in cut:
        share = by_key.get(piece.key or 0)
        is_minus = share is not None and not share.is_goods
        assert (piece.amount <= 0) == is_minus or piece.amount == 0
        assert piece.tax_amount * (-1 if is_minus else 1) >= 0
        if order.is_even:
            near(piece.tax_amount, piece.amount * piece.tax_rate, 10_000 + piece.tax_rate)
        if order.is_even and share is not None and share.is_goods:
            near(piece.amount, share.total * piece.quantity, share.quantity)
    if order.is_even:
        check_followers(order, cut)


def check_followers(order: Bought, cut: Sequence[Piece]) -> None:
    """A discount goes along in proportion to the goods of its rate, a gift card to all."""
    own = {piece.key: piece for piece in cut if piece.key is not None}
    for line in order.lines:
        if line.is_goods or not own:
            continue
        goods_ = [each for each in order.lines if each.is_goods]
        basis = [each for each in goods_ if each.tax_rate == line.tax_rate and each.total] or goods_
        went = sum(own[each.key].amount for each in basis if each.key in own)
        found = own[line.key].amount if line.key in own else 0
        near(found, line.total * went, sum(each.total for each in basis) or 1)


def near(found: int, over: int, under: int) -> None:
    """Within one of the fraction, without ever rounding it."""
    assert abs(found * under - over) <= abs(under), (found, over, under)


def check_sums(order: Bought) -> None:
    """Captures sum to the order, and lines that were taken whole to themselves, tax included."""
    assert amount_of(order.captures) == order.whole
    for share in order.shares():
        assert abs(share.taken_amount) <= abs(share.total)
        assert share.taken_quantity <= share.quantity
        if share.is_goods and share.taken_quantity == share.quantity:
            assert share.taken_amount == share.total
        if share.taken_amount == share.total:
            assert share.taken_tax == tax_of(share.total, share.tax_rate)


def refund(order: Bought, rng: Random) -> None:
    """Up to three refunds of parts, some with a fee, then everything; none gives what was not taken."""
    refunds: dict[str, list[list[Piece]]] = {}
    left, fees = order.whole, 0
    for _ in range(rng.randint(0, 3)):
        captures = frozen(order.captures, refunds)
        chosen = wish(rng, [share for capture in captures for share in capture.shares])
        fee = Free(rng.randint(1, 5_000), order.lines[0].tax_rate, "Fee") if rng.random() < 0.1 else None
        frees = amounts(rng, captures[0].rest())
        try:
            cut = refund_pieces(captures, quantities=chosen, frees=frees, fee=fee, limit=left)
        except CutError:
            continue
        fees += fee.amount if fee else 0
        left -= amount_of(cut.values()) + (fee.amount if fee else 0)
        book(refunds, captures, cut)
    if left:
        captures = frozen(order.captures, refunds)
        cut = refund_everything(captures, limit=left)
        left -= amount_of(cut.values())
        book(refunds, captures, cut)
    assert left == 0
    assert sum(map(amount_of, refunds.values())) + fees == order.whole
    check_returned(frozen(order.captures, refunds))


def frozen(captures: Sequence[Sequence[Piece]], refunds: dict[str, list[list[Piece]]]) -> list[CaptureShares]:
    """The captures as refunds see them: their own pieces, less what went back."""
    found = []
    for number, pieces in enumerate(captures):
        back = refunds.get(str(number), [])
        shares = tuple(
            taken(Share(p.key, p.name, p.type, p.quantity, p.amount, p.tax_rate, tax=p.tax_amount), back)
            for p in pieces
            if p.key is not None
        )
        found.append(CaptureShares(str(number), shares, frees_of([pieces]), frees_of(back)))
    return found


def book(
    refunds: dict[str, list[list[Piece]]], captures: Iterable[CaptureShares], cut: dict[str, list[Piece]]
) -> None:
    """Keep a refund, after looking at each piece of it."""
    by_key = {capture.key: {share.key: share for share in capture.shares} for capture in captures}
    for key, pieces in cut.items():
        refunds.setdefault(key, []).append(pieces)
        for piece in pieces:
            share = by_key[key].get(piece.key or 0)
            if share is None:
                near(piece.tax_amount, piece.amount * piece.tax_rate, 10_000 + piece.tax_rate)
                continue
            sign = 1 if share.is_goods else -1
            assert piece.amount * sign >= 0
            assert piece.tax_amount * sign >= 0
            near(piece.tax_amount, (share.tax or 0) * piece.amount if share.total else 0, share.total or 1)
            if share.is_goods:
                near(piece.amount, share.total * piece.quantity, share.quantity)


def check_returned(captures: Iterable[CaptureShares]) -> None:
    """Pieces that went back whole went back with exactly the tax they were captured with."""
    for capture in captures:
        for share in capture.shares:
            assert abs(share.taken_amount) <= abs(share.total)
            if share.is_goods and share.taken_quantity == share.quantity:
                assert share.taken_amount == share.total
            if share.taken_amount == share.total:
                assert share.taken_tax == share.tax


def walk(number: int) -> None:
    """So many random lines, in orders that are captured and refunded to the end; the same in every run."""
    rng = Random(SEED)  # noqa: S311
    lines = 0
    while lines < number:
        order = bought(rng)
        if order.whole <= 0:
            continue
        lines += len(order.lines)
        capture(order, rng)
        check_sums(order)
        refund(order, rng)


def test_a_hundred_thousand_lines_sum_exactly_however_they_are_cut() -> None:
    walk(LINES)


def test_units_that_come_free_again_are_worth_nothing_rather_than_less() -> None:
    almost_free = Share(1, "Line", "digital", 1_000, 1, 0)
    order = Bought([almost_free])
    order.captures = [[almost_free.cut(499)], [replace(almost_free, taken_quantity=499).cut(1)]]
    assert amount_of(order.captures) == 1
    del order.captures[0]  # declined after the second was reserved
    (share,) = order.shares()
    assert share.cut(1).amount == 0
    assert share.cut(999).amount == 0
