"""Messages, read-only."""

from __future__ import annotations

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from messaging.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What went out, and what did not."""

    list_display = ("created_at", "kind", "channel", "recipient", "state", "attempts", "error")
    list_filter = ("state", "channel", "kind")
    search_fields = ("recipient",)
