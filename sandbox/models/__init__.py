"""The provider's own tables. Nothing here points to the portal's."""

from sandbox.models.books import Movement, Payment, Session, Totals
from sandbox.models.desk import Behaviour, Control, OutboxItem, Webhook

__all__ = [
    "Behaviour",
    "Control",
    "Movement",
    "OutboxItem",
    "Payment",
    "Session",
    "Totals",
    "Webhook",
]
