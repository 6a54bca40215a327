"""What messages are about, in the few words of lists and of the timeline."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from orders import messages

_ABOUT: dict[str, Callable[[], str]] = {
    messages.CONFIRMATION: lambda: _("Confirmation of the order"),
    messages.MONEY_RETURNED: lambda: _("Unexpected payment returned"),
    messages.CANCELLED: lambda: _("Payment not approved"),
    messages.REFUNDED: lambda: _("Refund"),
    messages.VOIDED: lambda: _("Order cancelled"),
    messages.RELEASED: lambda: _("Rest of the order cancelled"),
    messages.CUSTOMER_EDITED: lambda: _("Details changed"),
    messages.CONTACT_MOVED: lambda: _("To the earlier contact"),
    messages.EDITED: lambda: _("Order changed"),
    "link.invitation": lambda: _("Payment link"),
    "link.undelivered": lambda: _("To the sender: payment link not delivered"),
}


def about(kind: str) -> str:
    """What a message is about, in a few words."""
    words = _ABOUT.get(kind)
    return words() if words else _("Message")
