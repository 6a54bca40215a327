"""Addresses machines call."""

from __future__ import annotations

from django.urls import path

from api import webhooks

app_name = "api"

urlpatterns = [
    path("<slug:provider>/<uuid:account>/", webhooks.webhook, name="webhook"),
]
