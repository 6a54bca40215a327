"""Application configuration."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Names the app."""

    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
