"""Application configuration."""

from django.apps import AppConfig


class DevelopersConfig(AppConfig):
    """The request log: what was asked, what was answered, for whom and how fast."""

    name = "developers"
    default_auto_field = "django.db.models.BigAutoField"
