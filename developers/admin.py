"""The operator's read-only view of the request log."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from developers.models import RequestLog


@admin.register(RequestLog)
class RequestLogAdmin(ReadOnlyAdmin):
    """Calls by time, with what support asks for."""

    list_display = ("at", "direction", "action", "method", "path", "status_code", "problem", "duration_ms", "order_id")
    list_filter: ClassVar = ["direction", "action", "provider", "status_code"]
    search_fields: ClassVar = ["order_id", "operation_id", "correlation_id"]
    show_full_result_count = False
