"""Access: what this person may reach, asked once per request and passed around."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery

from accounts.models import Grant, Merchant, Store, User
from accounts.roles import PERMISSIONS, Permission, Role, who_can_grant
from common.actor import Actor
from common.errors import PermissionDenied


@dataclass(frozen=True)
class Access:
    """A user at one merchant: the stores in reach and the role held on each."""

    user: User
    merchant: Merchant
    stores: tuple[Store, ...]
    roles: dict[int, str]
    is_everywhere: bool = False  # an all-stores grant: no store filter is needed
    merchants: tuple[Merchant, ...] = field(default=())

    @property
    def actor(self) -> Actor:
        """Who is written down for what this person does."""
        return Actor.member(self.user)

    @property
    def role_name(self) -> str:
        """The role on all stores, or "Several roles"."""
        held = set(self.roles.values())
        return str(Role(held.pop()).label) if len(held) == 1 else ""

    @property
    def store_ids(self) -> list[int]:
        """Primary keys of the stores in reach."""
        return [store.pk for store in self.stores]

    def can(self, permission: str, store: Store | int | None = None) -> bool:
        """Whether the permission is held on `store`, or on any store when none is named."""
        if store is None:
            return any(permission in PERMISSIONS[role] for role in self.roles.values())
        key = store if isinstance(store, int) else store.pk
        return permission in PERMISSIONS.get(self.roles.get(key, ""), frozenset())

    def need(self, permission: str, store: Store | int | None = None) -> None:
        """Raise PermissionDenied (403 with the plain name and who can grant it)."""
        if not self.can(permission, store):
            raise PermissionDenied(permission, str(Permission(permission).label), who_can_grant())

    def stores_with(self, permission: str) -> tuple[Store, ...]:
        """The stores on which the permission is held."""
        return tuple(store for store in self.stores if self.can(permission, store))

    def store(self, mid: str) -> Store | None:
        """The store in reach with this MID."""
        return next((store for store in self.stores if store.mid == mid), None)


def access_of(user: User, at: datetime, merchant_id: int | None = None) -> Access | None:
    """The person's access at one merchant (the first when none is chosen), or None. One query."""
    reachable = [store for store in _stores(user) if _role(store, at) and _is_member(store, at)]
    merchants = tuple({store.merchant_id: store.merchant for store in reachable}.values())
    if not merchants:
        return None
    merchant = next((m for m in merchants if m.pk == merchant_id), merchants[0])
    stores = tuple(store for store in reachable if store.merchant_id == merchant.pk)
    everywhere = any(getattr(store, "merchant_role", None) for store in stores)
    return Access(user, merchant, stores, {store.pk: _role(store, at) for store in stores}, everywhere, merchants)


def _stores(user: User) -> list[Store]:
    """Every store of the person's merchants, with membership and grants beside it."""
    grants = Grant.objects.filter(member=OuterRef("merchant__members__pk"))
    return list(
        Store.objects.filter(merchant__members__user=user)
        .defer("logo")
        .select_related("merchant")
        .annotate(
            member_ends_at=F("merchant__members__ends_at"),
            member_deactivated_at=F("merchant__members__deactivated_at"),
            own_role=Subquery(grants.filter(store=OuterRef("pk")).values("role")[:1]),
            merchant_role=Subquery(grants.filter(store=None).values("role")[:1]),
        )
        .order_by("merchant__name", "merchant_id", "name", "pk"),
    )


def _is_member(store: Any, at: datetime) -> bool:
    return store.member_deactivated_at is None and (store.member_ends_at is None or at < store.member_ends_at)


def _role(store: Any, at: datetime) -> str:
    """A store's own grant replaces the all-stores grant; an ended agreement caps at Terminated."""
    role: str = store.own_role or store.merchant_role or ""
    ended = store.merchant.agreement_ended_at
    return Role.TERMINATED if role and ended is not None and at >= ended else role
