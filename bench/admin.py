"""The admin that is measured beside the portal: of the same tables, read-only, served nowhere else."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Store
from orders.models import Event, Line, Operation, Order
from orders.search import PAGE_SIZE
from paylinks.models import Attempt, PaymentLink


class Site(admin.AdminSite):
    """Open to whoever is signed in: there is one person in a bench."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Users have neither passwords nor Django's permissions."""
        return request.user.is_authenticated


site = Site(name="admin")


class ReadOnlyAdmin(admin.ModelAdmin):
    """Look, search and filter; as many rows as the portal's own lists."""

    actions = None
    list_per_page = PAGE_SIZE

    def has_module_permission(self, _request: HttpRequest) -> bool:
        """Always shown."""
        return True

    def has_view_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Always."""
        return True

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Never: actions are the only writers."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Order, site=site)
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


@admin.register(PaymentLink, site=site)
class PaymentLinkAdmin(ReadOnlyAdmin):
    """Links by date; their addresses are derived and stand nowhere."""

    list_display = ("order", "number", "recipient", "status", "created_at", "expires_at", "created_by")
    list_filter: ClassVar = ["status", "channel", "is_current"]
    search_fields: ClassVar = ["id", "order__id", "order__reference", "order__merchant_reference1", "recipient"]
    list_select_related: ClassVar = ["order"]


site.register([Store, Line, Operation, Event, Attempt], ReadOnlyAdmin)
