"""What a packing slip shows, frozen: captured goods, where they go, who sends them. No money."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import get_supported_language_variant

from accounts.models import Merchant
from common import times
from common.barcode import code128
from common.zones import zone_of
from orders.facts import country_name
from orders.models import Kind, Line, LineType, OperationLine, Order, State

BAR_HEIGHT = 30  # in modules; the sheet scales it


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of goods in the parcel."""

    reference: str
    name: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The order's reference as a barcode."""

    text: str
    path: str
    width: int
    height: int = BAR_HEIGHT


@dataclass(frozen=True, slots=True)
class Slip:
    """Final strings in the customer's language and the store's time zone."""

    language: str
    name: str
    legal_name: str
    sender: tuple[str, ...]
    organisation_number: str
    website: str
    support_email: str
    logo: str  # its digest; empty without one
    reference1: str
    reference2: str
    ordered: str
    packed: str
    deliver_to: tuple[str, ...]
    has_address: bool
    contact: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: int  # lines of goods not wholly in the parcel
    bars: Bars
    is_test: bool


def slip_of_order(order: Order) -> Slip:
    """Read the order as it is now. Only succeeded captures count; two queries beside the order's own."""
    language = spoken(order.language)
    with translation.override(language), timezone.override(zone_of(order.store.country)):
        return _slip(order, language)


def _slip(order: Order, language: str) -> Slip:
    merchant, store = order.merchant, order.store
    slices = captured_goods(order)
    packed_at = max((piece["packed_at"] for piece in slices), default=None)
    return Slip(
        language=language,
        name=merchant.name,
        legal_name=merchant.legal_name,
        sender=_sender(merchant, language),
        organisation_number=merchant.organisation_number,
        website=merchant.website.split("://", 1)[-1].rstrip("/"),
        support_email=store.support_email,
        logo=hashlib.sha256(bytes(store.logo)).hexdigest() if store.logo else "",
        reference1=order.merchant_reference1,
        reference2=order.merchant_reference2,
        ordered=_date(order.placed_at),
        packed=_date(packed_at),
        deliver_to=address_lines(order.delivery_address, order.customer_name, language),
        has_address=any(order.delivery_address.values()),
        contact=tuple(filter(None, (order.phone, order.email))),
        rows=tuple(Row(piece["line__reference"], piece["line__name"], _quantity(piece)) for piece in slices),
        missing=_missing(order, {piece["line__item"]: piece["packed"] for piece in slices}),
        bars=Bars(order.reference, *code128(order.reference, BAR_HEIGHT)),
        is_test=order.is_test,
    )


def captured_goods(order: Order) -> list[dict[str, Any]]:
    """The physical lines with the quantities that succeeded captures took and no refund gave back."""
    captured, refunded = Q(operation__kind=Kind.CAPTURE), Q(operation__kind=Kind.REFUND, operation__reversal=None)
    moved = OperationLine.objects.filter(
        captured | refunded,
        operation__order=order,
        operation__state=State.SUCCEEDED,
        operation__is_stray=False,
        line__type=LineType.PHYSICAL,
    )
    lines = moved.values(
        "line__item", "line__reference", "line__name", "line__quantity_unit", "line__revision", "line__position"
    )
    packed = Coalesce(Sum("quantity", filter=captured), 0) - Coalesce(Sum("quantity", filter=refunded), 0)
    counted = lines.annotate(packed=packed, packed_at=Max("operation__settled_at", filter=captured))
    return list(counted.filter(packed__gt=0).order_by("line__revision", "line__position"))


def spoken(language: str) -> str:
    """The customer's language where the portal is complete in it, else the portal's own."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


def address_lines(address: Mapping[str, Any], name: str, language: str) -> tuple[str, ...]:
    """A postal address line by line; without one only the name."""
    part = {key: str(value).strip() for key, value in address.items() if value}
    own = f"{part.get('given_name', '')} {part.get('family_name', '')}".strip()
    town = f"{part.get('postal_code', '')} {part.get('city', '')}".strip()
    country = country_name(part["country"], language) if "country" in part else ""
    lines = (
        part.get("organization_name", ""),
        own or part.get("name", "") or name,
        part.get("care_of", ""),
        part.get("street_address", "") or part.get("street", ""),
        part.get("street_address2", ""),
        town,
        part.get("region", ""),
        country,
    )
    return tuple(line for line in lines if line)


def _sender(merchant: Merchant, language: str) -> tuple[str, ...]:
    town = f"{merchant.postal_code} {merchant.city}".strip()
    place = ", ".join(filter(None, (merchant.street, town, country_name(merchant.country, language))))
    return tuple(filter(None, (merchant.legal_name, place)))


def _quantity(piece: Mapping[str, Any]) -> str:
    return f"{piece['packed']} {piece['line__quantity_unit']}".strip()


def _missing(order: Order, packed: Mapping[uuid.UUID, int]) -> int:
    goods = Line.objects.filter(order=order, revision=order.revision, type=LineType.PHYSICAL)
    return sum(packed.get(item, 0) < quantity for item, quantity in goods.values_list("item", "quantity"))


def _date(value: datetime | None) -> str:
    return times.full_day(value) if value else ""
