"""Application configuration."""

from django.apps import AppConfig


class PaylinksConfig(AppConfig):
    """Names the app."""

    name = "paylinks"
    default_auto_field = "django.db.models.BigAutoField"
