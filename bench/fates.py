"""What became of each bench order, and when; shares chosen to resemble a busy shop."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bench.people import GOODS, SHOPS, Customer, customer
from common.ids import ALPHABET
from common.money import tax_of

YEAR = timedelta(days=365)
OLD = timedelta(days=4)  # past every 48 hours
_ODD = 0x9E3779B97F  # an odd factor makes every number of 40 bits another one, once
_SHARES = {
    "captured": 45,
    "authorized": 15,
    "expired": 5,
    "cancelled": 5,
    "open": 20,  # pending, its link open: all of these are due when the clock moves two days
    "lapsed": 5,  # pending, its link expired
    "withdrawn": 5,  # pending, its link cancelled
}
FATES, WEIGHTS = tuple(_SHARES), tuple(_SHARES.values())
PLACED = frozenset({"captured", "authorized", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class Goods:
    """One line, priced."""

    position: int
    name: str
    reference: str
    quantity: int
    unit_price: int
    total: int
    tax: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One order as chance made it. Amounts in minor units."""

    number: int
    id: uuid.UUID
    link: uuid.UUID
    operation: uuid.UUID
    country: str
    fate: str
    customer: Customer
    lines: tuple[Goods, ...]
    created_at: datetime

    @property
    def amount(self) -> int:
        """The sum of the lines."""
        return sum(line.total for line in self.lines)

    @property
    def placed_at(self) -> datetime:
        """When the customer paid, had they paid."""
        return self.created_at + timedelta(minutes=25)

    @property
    def reference(self) -> str:
        """A short reference no other number has."""
        rest, letters = self.number * _ODD % 2**40, ""
        for _ in range(8):
            rest, digit = divmod(rest, 32)
            letters += ALPHABET[digit]
        return f"{letters[:4]}-{letters[4:]}"

    @property
    def reference1(self) -> str:
        """The merchant's own number of it."""
        return f"FK-{1_000_000 + self.number}"


def draw(dice: Random, number: int, at: datetime) -> Drawn:
    """Order `number`; the same dice give the same order, its times counted back from `at`."""
    country = dice.choices(tuple(SHOPS), (50, 20, 20, 10))[0]
    fate = dice.choices(FATES, WEIGHTS)[0]
    return Drawn(
        number=number,
        id=_uuid(dice),
        link=_uuid(dice),
        operation=_uuid(dice),
        country=country,
        fate=fate,
        customer=customer(dice, country, number),
        lines=tuple(_goods(dice, position, SHOPS[country][2]) for position in (1, 2, 3)),
        created_at=at - _age(dice, fate),
    )


def _age(dice: Random, fate: str) -> timedelta:
    if fate == "open":
        return timedelta(seconds=dice.uniform(60, 47 * 3600))
    if fate == "authorized":  # its hold of 28 days has not ended
        return timedelta(seconds=dice.uniform(3600, 25 * 86400))
    return OLD + YEAR * dice.random()


def _goods(dice: Random, position: int, rate: int) -> Goods:
    name, reference, price = dice.choice(GOODS)
    quantity = dice.choice((1, 1, 1, 2, 4))
    total = quantity * price
    return Goods(position, name, reference, quantity, price, total, tax_of(total, rate))


def _uuid(dice: Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)
