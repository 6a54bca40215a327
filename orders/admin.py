"""The operator's read-only view of orders."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from orders.models import Event, Line, Operation, Order


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders by date, with what support asks for."""

    list_display = (
        "merchant_reference1",
        "reference",
        "customer_name",
        "store",
        "status",
        "placed_at",
        "authorization_expires_at",
        "payment_label",
        "country",
        "amount",
        "currency",
    )
    list_filter: ClassVar = ["status", "store"]
    search_fields: ClassVar = ["id", "reference", "merchant_reference1", "customer_name", "email"]
    list_select_related: ClassVar = ["store"]


@admin.register(Line)
class LineAdmin(ReadOnlyAdmin):
    """Lines of every revision."""

    list_display = ("order", "revision", "position", "type", "name", "quantity", "total_amount")
    list_select_related: ClassVar = ["order"]


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Movements of money and what became of them."""

    list_display = ("order", "kind", "state", "amount", "currency", "requested_at", "settled_at")
    list_filter: ClassVar = ["kind", "state", "is_stray"]
    list_select_related: ClassVar = ["order"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The timeline of all orders."""

    list_display = ("order", "seq", "kind", "origin", "actor", "amount", "at")
    list_filter: ClassVar = ["kind", "origin"]
    list_select_related: ClassVar = ["order"]
