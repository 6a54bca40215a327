"""The operator's read-only view of payment links."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from paylinks.models import Attempt, PaymentLink, TermsAcceptance


@admin.register(PaymentLink)
class PaymentLinkAdmin(ReadOnlyAdmin):
    """Links by date; their addresses are derived and stand nowhere."""

    list_display = ("order", "number", "recipient", "status", "created_at", "expires_at", "created_by")
    list_filter: ClassVar = ["status", "channel", "is_current"]
    search_fields: ClassVar = ["id", "order__id", "order__reference", "order__merchant_reference1", "recipient"]
    list_select_related: ClassVar = ["order"]


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Tries to pay and what became of them."""

    list_display = ("order", "method", "state", "amount", "currency", "begun_at", "ended_at")
    list_filter: ClassVar = ["state", "method"]
    list_select_related: ClassVar = ["order"]


@admin.register(TermsAcceptance)
class TermsAcceptanceAdmin(ReadOnlyAdmin):
    """Which terms customers agreed to."""

    list_display = ("attempt", "url", "language", "accepted_at")
    list_select_related: ClassVar = ["attempt"]
