"""What is cut, and the cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common.errors import DomainError
from common.money import slice_until, tax_of


class CutError(DomainError):
    """A wish that cannot be cut: it names what is wrong and the limit."""


@dataclass(frozen=True, slots=True)
class Free:
    """An amount that belongs to no line: gross minor units, one of the order's rates, a name."""

    amount: int
    tax_rate: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A line of an order (or its piece in a capture) and how much of it was taken before.

    `key` is the line's own id. Negative shares are discounts, gift cards and
    store credit: they follow goods in proportion and are never chosen. A locked
    share was taken before the lines were edited: what is left does not follow it.
    `tax` is what a captured piece was frozen with; an order's line has its rate's.
    """

    key: int
    name: str
    type: str
    quantity: int
    total: int
    tax_rate: int
    taken_quantity: int = 0
    taken_amount: int = 0
    taken_tax: int = 0
    is_locked: bool = False
    tax: int | None = None

    @property
    def is_goods(self) -> bool:
        """Can be chosen."""
        return self.total >= 0 and self.quantity > 0

    @property
    def left_quantity(self) -> int:
        """Units nobody has taken."""
        return self.quantity - self.taken_quantity

    @property
    def left_amount(self) -> int:
        """Money nobody has taken."""
        return self.total - self.taken_amount

    def cut(self, count: int) -> Piece:
        """The next `count` units; slices of a share sum to it exactly.

        Counted from what was taken, not from where the last slice ended: when a
        capture in flight was declined, units from the middle are free again.
        """
        until = slice_until(self.total, self.quantity, self.taken_quantity + count)
        return self._piece(count, max(until - self.taken_amount, 0))

    def follow(self, basis: int, reached: int) -> Piece | None:
        """The part of a negative share that goes with `reached` of `basis` goods; None when nothing."""
        until = slice_until(self.total, basis, reached) if basis else self.total
        amount = until - self.taken_amount
        # a capture that was declined lowers what was reached: what went along before does not come back
        if amount >= 0:
            return None
        return self._piece(self.left_quantity if until == self.total else 0, amount)

    def _piece(self, count: int, amount: int) -> Piece:
        tax = self._tax_until(self.taken_amount + amount) - self.taken_tax
        return Piece(self.key, self.name, self.type, count, amount, tax, self.tax_rate)

    def _tax_until(self, amount: int) -> int:
        """Tax of the first `amount` of it; all of a captured piece goes back with the tax it came with."""
        if self.tax is None:
            return tax_of(amount, self.tax_rate)
        return slice_until(self.tax, abs(self.total), abs(amount)) if self.total else self.tax


@dataclass(frozen=True, slots=True)
class Piece:
    """One cut: of a share (`key`), or free (`key` is None)."""

    key: int | None
    name: str
    type: str
    quantity: int
    amount: int
    tax_amount: int
    tax_rate: int

    @classmethod
    def free(cls, wish: Free, type_: str = "amount") -> Piece:
        """A free amount as a piece, with the tax it contains."""
        return cls(None, wish.name, type_, 0, wish.amount, tax_of(wish.amount, wish.tax_rate), wish.tax_rate)


def by_rate(pieces: Iterable[Piece]) -> dict[int, int]:
    """Amounts summed per tax rate."""
    sums: dict[int, int] = {}
    for piece in pieces:
        sums[piece.tax_rate] = sums.get(piece.tax_rate, 0) + piece.amount
    return sums


def rest_by_rate(shares: Iterable[Share], free_taken: Mapping[int, int]) -> dict[int, int]:
    """What is left at each rate: lines less what lines and free amounts took."""
    rest: dict[int, int] = {}
    for share in shares:
        rest[share.tax_rate] = rest.get(share.tax_rate, 0) + share.left_amount
    for rate, amount in free_taken.items():
        rest[rate] = rest.get(rate, 0) - amount
    return rest


def followers(shares: Iterable[Share], chosen: Mapping[int, Piece]) -> list[Piece]:
    """Pieces of negative shares that go along with the chosen goods.

    A discount follows the goods of its own rate; without such goods, and for
    untaxed gift cards and credit, it follows all goods.
    """
    shares = list(shares)
    goods = [share for share in shares if share.is_goods and not share.is_locked]
    found = []
    for share in shares:
        if share.is_goods or share.is_locked:
            continue
        basis = [each for each in goods if each.tax_rate == share.tax_rate and each.total] or goods
        whole = sum(each.total for each in basis)
        reached = sum(each.taken_amount + (chosen[each.key].amount if each.key in chosen else 0) for each in basis)
        piece = share.follow(whole, reached)
        if piece is not None:
            found.append(piece)
    return found
