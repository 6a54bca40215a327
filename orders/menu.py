"""More actions: what else can be done with an order, and why some of it not now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Access
from common.money import format_amount
from orders.models import Order
from orders.rules import Verb, ending, may, obstacle
from orders.states import Status


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry. `why` is what stands in the way, in words; `is_page` leaves the order, `is_new` opens a window."""

    verb: str
    words: str
    icon: str
    url: str
    why: str = ""
    is_page: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """The entries in two groups: what goes on with the order, and what ends it."""

    first: tuple[Choice, ...]
    last: tuple[Choice, ...]

    def __bool__(self) -> bool:
        """Whether the role leaves anything to choose."""
        return bool(self.first or self.last)


def menu_of(order: Order, access: Access, at: datetime, address: Callable[[str], str]) -> Menu:
    """Role hides, status disables with the reason in words."""

    def choice(verb: Verb, name: str, words: str, icon: str, url: str = "") -> tuple[Choice, ...]:
        if not may(verb, order, access):
            return ()
        found = obstacle(order, verb, access, at)
        return (Choice(name, words, icon, url or address(name), found.words if found else ""),)

    return Menu(
        first=choice(Verb.EXTEND, "extend", _("Extend authorization"), "clock-plus")
        + _amend(order, access)
        + _duplicate(order, access)
        + _as_customer(order),
        last=choice(Verb.RELEASE, "release", _release_words(order), "circle-minus")
        + choice(ending(order), "cancel", _("Cancel order"), "circle-x", _withdraw_url(order)),
    )


def duplicate_url(order: Order, access: Access) -> str:
    """The create form filled in with this order, or "" for who may not create."""
    return f"{reverse('paylinks:create')}?from={order.pk}" if may(Verb.DUPLICATE, order, access) else ""


def _withdraw_url(order: Order) -> str:
    """Where an unpaid order ends together with its link, which belongs to another part of the house."""
    return reverse("paylinks:withdraw", args=[order.pk]) if ending(order) == Verb.WITHDRAW else ""


def _amend(order: Order, access: Access) -> tuple[Choice, ...]:
    """A new version with a new link, for an order that waits to be paid; placed ones are edited."""
    if order.status != Status.PENDING or not may(Verb.AMEND, order, access):
        return ()
    url = reverse("paylinks:amend", args=[order.pk])
    return (Choice("amend", _("Amend and resend"), "pencil", url, is_page=True),)


def _duplicate(order: Order, access: Access) -> tuple[Choice, ...]:
    url = duplicate_url(order, access)
    return (Choice("duplicate", _("Duplicate order"), "copy-plus", url, is_page=True),) if url else ()


def _as_customer(order: Order) -> tuple[Choice, ...]:
    """The customer's page belongs to another part of the house; who sees the order may see it."""
    url = reverse("paylinks:as_customer", args=[order.pk])
    return (Choice("as_customer", _("View as customer"), "eye", url, is_page=True, is_new=True),)


def _release_words(order: Order) -> str:
    if order.releasable_amount <= 0:
        return _("Release remaining")
    rest = format_amount(order.releasable_amount, order.currency, get_language() or "en")
    return _("Release remaining %(sum)s") % {"sum": rest}
