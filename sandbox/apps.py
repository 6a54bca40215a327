"""Registers the sandbox, and lets it move the clock where it exists."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    """The built-in payment provider."""

    name = "sandbox"
    verbose_name = _("Sandbox")

    def ready(self) -> None:
        """Only an installation with a sandbox has a clock that moves."""
        if settings.SANDBOX:
            from common import clock as business_clock
            from sandbox import clock

            business_clock.use(clock.offset)
