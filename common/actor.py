"""Who did it, as every event and audit entry records it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Origin(TextChoices):
    """Where an action came from."""

    MEMBER = "member", _("Member")
    API = "api", "API"
    CUSTOMER = "customer", _("Customer")
    SYSTEM = "system", _("System")
    GATEWAY = "gateway", _("Gateway")


class Person(Protocol):
    """Anything with an e-mail and a primary key: the user of the portal."""

    pk: int
    email: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Origin plus the label people read: an e-mail, a key's name, a gateway's name."""

    origin: str
    label: str = ""
    user_id: int | None = None

    @classmethod
    def member(cls, user: Person) -> Actor:
        """A signed-in member, shown by e-mail."""
        return cls(Origin.MEMBER, user.email, user.pk)

    @classmethod
    def customer(cls) -> Actor:
        """The person who opened the payment link."""
        return cls(Origin.CUSTOMER)

    @classmethod
    def system(cls, label: str = "") -> Actor:
        """A sweep or a follow-up nobody pressed a button for."""
        return cls(Origin.SYSTEM, label)

    @classmethod
    def gateway(cls, name: str) -> Actor:
        """The payment provider."""
        return cls(Origin.GATEWAY, name)
