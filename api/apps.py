"""Application configuration."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Names the app."""

    name = "api"
    default_auto_field = "django.db.models.BigAutoField"
