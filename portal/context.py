"""What the shell of every page shows: places, stores, the person. Built only when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.models import Store, User


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation, for those who hold its permission."""

    view: str
    permission: str
    icon: str
    name: str | Promise
    short: str | Promise = ""
    key: str = ""


PLACES = (
    Place("orders:list", "orders.view", "inbox", gettext_lazy("Orders"), key="o"),
    Place(
        "paylinks:create",
        "links.create",
        "plus",
        gettext_lazy("Create order"),
        gettext_lazy("Create"),
        key="c",
    ),
    Place(
        "paylinks:history",
        "links.view",
        "send",
        gettext_lazy("Order history"),
        gettext_lazy("History"),
        key="l",
    ),
)
SETTINGS = (
    Place(
        "paylinks:configuration",
        "orders.configure",
        "settings",
        gettext_lazy("Orders configuration"),
    ),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A place as this request sees it."""

    place: Place
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A store one can switch to; the address says which one is chosen."""

    name: str
    mid: str
    initials: str
    country: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Employer:
    """A merchant one belongs to."""

    pk: int
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything base.html prints around a page."""

    user: User
    initials: str
    role: str
    merchant: str
    merchants: tuple[Employer, ...]
    nav: tuple[Item, ...]
    settings: tuple[Item, ...]
    stores: tuple[Choice, ...]
    store: Choice | None
    all_stores_url: str
    is_test: bool

    @property
    def has_choice(self) -> bool:
        """Whether there is another store or merchant to switch to."""
        return len(self.stores) > 1 or len(self.merchants) > 1

    @property
    def theme(self) -> str:
        """The chosen appearance; empty follows the system."""
        return "" if self.user.theme == User.Theme.SYSTEM else self.user.theme


def shell(request: HttpRequest) -> dict[str, object]:
    """The shell of a signed-in person, or None on everybody's pages."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> Shell | None:
    access: Access | None = getattr(request, "access", None)
    if access is None:
        return None
    chosen: Store | None = getattr(request, "store", None)
    store = chosen or (access.stores[0] if len(access.stores) == 1 else None)
    nav = _items(PLACES, request, access, store)
    section = next((item.place.view for item in nav if item.is_current), PLACES[0].view)
    choices = tuple(_choice(each, section, store) for each in access.stores)
    return Shell(
        user=access.user,
        initials=initials(access.user.name or access.user.email),
        role=access.role_name or _("Several roles"),
        merchant=access.merchant.name,
        merchants=_employers(access),
        nav=nav,
        settings=_items(SETTINGS, request, access, store),
        stores=choices,
        store=next((choice for choice in choices if choice.is_current), None),
        all_stores_url=reverse(section),
        is_test=store.is_test if store else all(each.is_test for each in access.stores),
    )


def _items(places: tuple[Place, ...], request: HttpRequest, access: Access, store: Store | None) -> tuple[Item, ...]:
    here = _section(request)
    return tuple(
        Item(place, _address(place.view, store), place.view == here)
        for place in places
        if access.can(place.permission, store)
    )


def _section(request: HttpRequest) -> str:
    """The navigation entry a page belongs to: an order to Orders, a link to Order history."""
    match = request.resolver_match
    if match is None:
        return ""
    places = {place.view for place in PLACES + SETTINGS}
    if match.view_name in places:
        return match.view_name
    return {"orders": "orders:list", "paylinks": "paylinks:history"}.get(match.namespace, "")


def _address(view: str, store: Store | None) -> str:
    query = f"?{urlencode({'store': store.mid})}" if store else ""
    return f"{reverse(view)}{query}"


def _employers(access: Access) -> tuple[Employer, ...]:
    return tuple(Employer(each.pk, each.name, each.pk == access.merchant.pk) for each in access.merchants)


def _choice(store: Store, section: str, current: Store | None) -> Choice:
    return Choice(
        name=store.name,
        mid=store.mid,
        initials=initials(store.name),
        country=store.country,
        url=_address(section, store),
        is_current=current is not None and store.pk == current.pk,
    )


def initials(name: str) -> str:
    """Up to two letters for the mark: "Fjällbo Keramik" gives FK."""
    return "".join(word[0] for word in name.split()[:2]).upper()
