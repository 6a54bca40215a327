"""Application configuration."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """E-mail and SMS as rows."""

    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to bounces. Anymail offers them as a Django signal only, so this is the
        one receiver in the house: it calls an action and nothing else."""
        from anymail.signals import tracking

        from messaging.tracking import hear

        tracking.connect(hear, dispatch_uid="messaging.tracking")
