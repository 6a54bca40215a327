"""Application configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, merchants, stores, members, roles, Access, sign-in, audit log."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
