"""Two merchants, four stores, and one person for each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import actions
from accounts.actions.terms import book_terms
from accounts.models import Merchant, Store
from accounts.roles import Role
from common.actor import Actor
from payments.actions import connect_sandbox

OPERATOR = Actor.system("demo")


@dataclass(frozen=True, slots=True)
class Shop:
    """A store as the demo knows it."""

    mid: str
    name: str
    country: str
    currencies: tuple[str, ...]
    tax_rate: int
    domain: str
    prefix: str
    colours: tuple[str, str]
    terms: str = ""


FJALLBO = (
    Shop(
        "CF1004211",
        "Fjällbo Keramik",
        "SE",
        ("SEK", "EUR"),
        2500,
        "fjallbo.example.com",
        "FJB",
        ("#2f5d50", "#f3efe6"),
        "kopvillkor",
    ),
    Shop(
        "CF1004212",
        "Nordlys Kaffe",
        "NO",
        ("NOK",),
        2500,
        "nordlys.example.com",
        "NLK",
        ("#3b3355", "#f6d9b8"),
        "vilkar",
    ),
    Shop("CF1004213", "Werkhaus Altona", "DE", ("EUR",), 1900, "werkhaus.example.com", "WHA", ("#7a3b2e", "#f4ead8")),
)
HAVU = (
    Shop("CF1004301", "Havu Design", "FI", ("EUR",), 2550, "havu.example.com", "HAV", ("#24506b", "#e9f1f2"), "ehdot"),
)

PEOPLE = (
    ("alice@example.com", "Alice Ek", Role.SUPER_ADMIN),
    ("adam@example.com", "Adam Berg", Role.ADMIN),
    ("ulla@example.com", "Ulla Falk", Role.USER),
    ("sofie@example.com", "Sofie Lund", Role.SETTLEMENT),
    ("dina@example.com", "Dina Holm", Role.DISPUTES),
    ("erik@example.com", "Erik Strand", Role.EXTERNAL),
    ("rita@example.com", "Rita Nord", Role.READ_ONLY),
    ("tom@example.com", "Tom Vik", Role.TERMINATED),
)

_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36" viewBox="0 0 36 36">'
    '<circle cx="18" cy="18" r="17.5" fill="{0}"/><path d="M8 19h20a10 8.5 0 0 1-20 0Z" fill="{1}"/>'
    '<path d="m11 16 4.5-6 3 3.6L21 11l4 5Z" fill="none" stroke="{1}" stroke-width="1.6"/></svg>'
)


def build(at: datetime) -> dict[str, list[Store]]:
    """Create everybody; answers the stores by merchant."""
    began = at - timedelta(days=120)
    fjallbo = actions.create_merchant(
        by=OPERATOR,
        at=began,
        name="Fjällbo Keramik",
        legal_name="Fjällbo Keramik AB",
        organisation_number="559000-0000",
        street="Verkstadsgatan 12",
        postal_code="793 33",
        city="Leksand",
        country="SE",
        website="https://fjallbo.example.com",
    )
    havu = actions.create_merchant(
        by=OPERATOR,
        at=began,
        name="Havu Design",
        legal_name="Havu Design Oy",
        organisation_number="3141592-7",
        street="Puistokatu 4",
        postal_code="00140",
        city="Helsinki",
        country="FI",
        website="https://havu.example.com",
    )
    stores = {
        "fjallbo": [_store(fjallbo, shop, began, at) for shop in FJALLBO],
        "havu": [_store(havu, shop, began, at) for shop in HAVU],
    }
    for email, name, role in PEOPLE:
        ends_at = at + timedelta(days=60) if role == Role.EXTERNAL else None
        actions.add_member(fjallbo, email=email, name=name, roles={None: role}, by=OPERATOR, at=began, ends_at=ends_at)
    actions.add_member(
        havu, email="hanna@example.com", name="Hanna Koski", roles={None: Role.SUPER_ADMIN}, by=OPERATOR, at=began
    )
    return stores


def _store(merchant: Merchant, shop: Shop, began: datetime, at: datetime) -> Store:
    url = f"https://{shop.domain}/{shop.terms}" if shop.terms else ""
    store = actions.create_store(
        merchant,
        by=OPERATOR,
        at=began,
        mid=shop.mid,
        name=shop.name,
        country=shop.country,
        allowed_currencies=list(shop.currencies),
        default_tax_rate=shop.tax_rate,
        support_email=f"hello@{shop.domain}",
        terms_url=url,
        privacy_url=f"https://{shop.domain}/privacy",
        default_reference1="",
        logo=_LOGO.format(*shop.colours).encode(),
        logo_type="image/svg+xml",
    )
    if url:
        book_terms(store.pk, url, f"Terms of {shop.name}. Returns within 14 days.", "text/html", at=at)
    connect_sandbox(store, began)
    return store
