"""Application configuration."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Names the app."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"
