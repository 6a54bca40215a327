"""Application configuration."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Names the app."""

    name = "documents"
    default_auto_field = "django.db.models.BigAutoField"
