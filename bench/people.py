"""Names, addresses and goods; everything is drawn from one seeded source."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SHOPS = {  # country: MID, currency, VAT, language, calling code, town with postal code
    "SE": ("CF1009001", "SEK", 2500, "sv", "+467", ("111 22", "Stockholm")),
    "NO": ("CF1009002", "NOK", 2500, "nb", "+474", ("0150", "Oslo")),
    "DE": ("CF1009003", "EUR", 1900, "de", "+4915", ("10115", "Berlin")),
    "FI": ("CF1009004", "EUR", 2550, "fi", "+3584", ("00100", "Helsinki")),
}
FIRST = (
    "Anna Erik Maria Lars Karin Anders Sara Johan Emma Mikael Elin Per Linnea Karl Ida Olof Astrid Nils Freja Gustav "
    "Ingrid Sven Saga Axel Tuva Björn Signe Henrik Maja Oskar Alva Magnus Klara Fredrik Ebba Jonas Vera Stefan Wilma "
    "Hugo Liv Mathias Nora Torben Hanna Jukka Aino Veikko Ilse Dieter Heike Jürgen Renate Uwe Birgit Pekka Eeva Kaisa"
).split()
LAST = (
    "Svensson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Gustafsson Pettersson Jonsson Jansson "
    "Bengtsson Lindqvist Lindberg Lindström Lindgren Berglund Sandberg Forsberg Sjöberg Wallin Engström Eklund Lundin "
    "Holm Björk Nyström Hansen Olsen Kristiansen Berg Haugen Hagen Andreassen Müller Schmidt Schneider Fischer Weber "
    "Wagner Becker Hoffmann Korhonen Virtanen Mäkinen Nieminen Laine Heikkinen Koskinen Järvinen Lehtonen Salo Salmi"
).split()
MAIL = ("example.com", "example.org", "example.net", "post.example", "mail.example")
STREETS = ("Storgatan", "Kungsgatan", "Skolveien", "Hauptstraße", "Mannerheimintie", "Drottninggatan", "Parkveien")
GOODS = (
    ("Stoneware bowl, large", "STO-1103", 74900),
    ("Linen tablecloth 150 × 300", "LIN-2201", 129900),
    ("Candle holder, brass", "BRA-0417", 34900),
    ("Wool blanket, grey", "WOL-7782", 99900),
    ("Espresso cup, set of four", "CUP-3010", 45900),
    ("Oak serving board", "OAK-5120", 59900),
)
_PLAIN = str.maketrans("åäöüÅÄÖÜ", "aaouAAOU")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who buys; e-mail and phone carry the order's number, so each is unique."""

    name: str
    email: str
    phone: str
    address: dict[str, str]


def customer(dice: Random, country: str, number: int) -> Customer:
    """The customer of order `number`."""
    first, last = dice.choice(FIRST), dice.choice(LAST)
    code, (postal_code, city) = SHOPS[country][4:]
    local = f"{first}.{last}".lower().translate(_PLAIN)
    address = {
        "given_name": first,
        "family_name": last,
        "street_address": f"{dice.choice(STREETS)} {dice.randint(1, 180)}",
        "postal_code": postal_code,
        "city": city,
        "country": country,
    }
    return Customer(f"{first} {last}", f"{local}{number}@{dice.choice(MAIL)}", f"{code}{number:08}", address)
