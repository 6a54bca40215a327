"""What the demo's shops sell, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from orders.lines import LineInput
from orders.models import LineType

GOODS = {
    "FJB": (
        ("Serving bowl, sea green 24 cm", "KB-24-SG", 74900),
        ("Espresso cups, set of 4", "EC-04-SND", 59600),
        ("Dinner plate, chalk 27 cm", "DP-27-CH", 32500),
        ("Linen apron, undyed", "LA-01-UN", 69000),
        ("Teapot, slate 1.1 l", "TP-11-SL", 129800),
    ),
    "NLK": (
        ("Morning roast, 1 kg", "MR-1000", 34900),
        ("Filter set of four", "FS-04", 89000),
        ("Hand grinder, steel", "HG-01", 149000),
        ("Subscription box, autumn", "SB-AU", 59900),
    ),
    "WHA": (
        ("Oak stool, 45 cm", "OS-45", 18600),
        ("Workbench lamp, black", "WL-BK", 9290),
        ("Tool roll, canvas", "TR-CV", 6480),
        ("Plane iron, 44 mm", "PI-44", 4150),
    ),
    "HAV": (
        ("Birch tray, small", "BT-S", 4290),
        ("Wool throw, moss", "WT-MO", 11900),
        ("Candle, spruce", "CA-SP", 2490),
        ("Wall hook, pair", "WH-2", 3150),
    ),
}
SHIPPING = {"SEK": 9900, "NOK": 9900, "EUR": 990}


@dataclass(frozen=True, slots=True)
class Person:
    """A customer."""

    given: str
    family: str
    street: str
    postal_code: str
    city: str
    country: str
    phone: str

    @property
    def email(self) -> str:
        """An address nobody owns."""
        plain = str.maketrans("åäæöøüßÅÄÆÖØÜ ", "aaaoousAAAOOU.")
        return f"{self.given}.{self.family}@example.com".translate(plain).lower()

    @property
    def address(self) -> dict[str, str]:
        """As the payment page asks for it."""
        return {
            "given_name": self.given,
            "family_name": self.family,
            "street": self.street,
            "postal_code": self.postal_code,
            "city": self.city,
            "country": self.country,
        }


CUSTOMERS = {
    "SE": (
        ("Astrid Lindqvist", "Götgatan 48", "118 26", "Stockholm"),
        ("Frida Nyström", "Bondegatan 7", "116 23", "Stockholm"),
        ("Linnea Åkesson", "Storgatan 3", "211 42", "Malmö"),
        ("Henrik Dahl", "Kungsgatan 19", "753 21", "Uppsala"),
        ("Elsa Sjöberg", "Hamngatan 2", "652 24", "Karlstad"),
    ),
    "NO": (
        ("Ingrid Solberg", "Markveien 35", "0554", "Oslo"),
        ("Øyvind Haugen", "Strandgaten 8", "5013", "Bergen"),
        ("Kari Moen", "Kjøpmannsgata 12", "7013", "Trondheim"),
    ),
    "DE": (
        ("Katharina Vogel", "Schanzenstraße 41", "20357", "Hamburg"),
        ("Lukas Brandt", "Torstraße 88", "10119", "Berlin"),
        ("Jürgen Weiß", "Am Markt 5", "28195", "Bremen"),
    ),
    "FI": (
        ("Aino Virtanen", "Runeberginkatu 9", "00100", "Helsinki"),
        ("Eero Laine", "Hämeenkatu 21", "33200", "Tampere"),
        ("Helmi Korhonen", "Aurakatu 4", "20100", "Turku"),
    ),
}
PREFIXES = {"SE": "+4670174", "NO": "+47916035", "DE": "+4915112345", "FI": "+35840123"}


def customer(dice: Random, country: str) -> Person:
    """Somebody of the country."""
    name, street, postal_code, city = dice.choice(CUSTOMERS[country])
    given, family = name.split(" ", 1)
    digits = {"SE": 4, "NO": 2, "DE": 3, "FI": 4}[country]
    phone = PREFIXES[country] + "".join(str(dice.randint(0, 9)) for _ in range(digits))
    return Person(given, family, street, postal_code, city, country, phone)


def basket(dice: Random, prefix: str, currency: str, tax_rate: int) -> tuple[LineInput, ...]:
    """One to four goods, mostly with delivery, sometimes with a discount."""
    goods = dice.sample(GOODS[prefix], dice.randint(1, len(GOODS[prefix]) - 1))
    lines = [
        LineInput(LineType.PHYSICAL, name, dice.choice((1, 1, 1, 2, 2, 4)), price, tax_rate, reference)
        for name, reference, price in goods
    ]
    if dice.random() < 0.8:  # noqa: PLR2004
        lines.append(LineInput(LineType.SHIPPING_FEE, "Home delivery", 1, SHIPPING[currency], tax_rate, "SHIP-HOME"))
    if dice.random() < 0.2:  # noqa: PLR2004
        tenth = sum(line.total_amount for line in lines) // 10
        lines.append(LineInput(LineType.DISCOUNT, "Returning customer", 1, -tenth, tax_rate, "DISC-RET"))
    return tuple(lines)
