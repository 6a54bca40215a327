"""Registers payments."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Gateway accounts and the protocol they answer."""

    name = "payments"
    verbose_name = _("Payments")
