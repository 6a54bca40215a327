"""People and stores, read-only."""

from __future__ import annotations

from django.contrib import admin

from accounts.models import AuditEntry, Grant, Member, Merchant, Store, TermsCopy, User
from common.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Who may sign in."""

    list_display = ("email", "name", "language", "is_active", "is_operator", "created_at")
    search_fields = ("email", "name")


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    """Organisations with an agreement."""

    list_display = ("name", "legal_name", "country", "created_at", "agreement_ended_at")
    search_fields = ("name", "legal_name", "organisation_number")


@admin.register(Store)
class StoreAdmin(ReadOnlyAdmin):
    """Shops; the logo's bytes are left out."""

    exclude = ("logo",)
    list_display = ("mid", "name", "merchant", "country", "is_production", "terms_state")
    list_select_related = ("merchant",)
    search_fields = ("mid", "name")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """Who belongs where, until when."""

    list_display = ("user", "merchant", "created_at", "ends_at", "deactivated_at")
    list_select_related = ("user", "merchant")
    search_fields = ("user__email",)


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    """Which role, where."""

    list_display = ("member", "store", "role")
    list_select_related = ("member", "store")


@admin.register(TermsCopy)
class TermsCopyAdmin(ReadOnlyAdmin):
    """Texts customers accepted."""

    list_display = ("store", "url", "digest", "fetched_at", "last_seen_at")
    list_select_related = ("store",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who changed what; sign-in links have no page here, for they are keys."""

    list_display = ("at", "kind", "actor", "merchant", "store")
    list_filter = ("kind",)
    list_select_related = ("merchant", "store")
    search_fields = ("actor",)
