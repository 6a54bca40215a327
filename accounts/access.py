"""Access: what this person may reach, asked once per request and passed around."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Merchant, Store, User
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
    held = [each for each in _stores(user) if each.role_at(at)]
    merchants = tuple({each.store.merchant_id: each.store.merchant for each in held}.values())
    if not merchants:
        return None
    merchant = next((m for m in merchants if m.pk == merchant_id), merchants[0])
    here = [each for each in held if each.store.merchant_id == merchant.pk]
    roles = {each.store.pk: each.role_at(at) for each in here}
    everywhere = any(each.merchant_role for each in here)
    return Access(user, merchant, tuple(each.store for each in here), roles, everywhere, merchants)


@dataclass(frozen=True, slots=True)
class _Held:
    """A store of one of the person's merchants, with the membership and the grants that reach it."""

    store: Store
    member_ends_at: datetime | None
    member_deactivated_at: datetime | None
    own_role: str | None
    merchant_role: str | None

    def role_at(self, at: datetime) -> str:
        """A store's own grant replaces the all-stores grant; an ended agreement caps at Terminated."""
        if self.member_deactivated_at is not None or (self.member_ends_at is not None and at >= self.member_ends_at):
            return ""
        role = self.own_role or self.merchant_role or ""
        return Role.TERMINATED if role and self.store.merchant.has_ended(at) else role


_STORE = tuple(field.attname for field in Store._meta.concrete_fields if field.name != "logo")  # noqa: SLF001
_MERCHANT = tuple(field.attname for field in Merchant._meta.concrete_fields)  # noqa: SLF001

# Written out, because every signed-in page asks it: the ORM took four times as long to build it as to run it.
_STORES = f"""
SELECT {", ".join(f"store.{name}" for name in _STORE)}, {", ".join(f"merchant.{name}" for name in _MERCHANT)},
    member.ends_at, member.deactivated_at, own.role, everywhere.role
FROM accounts_member AS member
JOIN accounts_merchant AS merchant ON merchant.id = member.merchant_id
JOIN accounts_store AS store ON store.merchant_id = merchant.id
LEFT JOIN accounts_grant AS own ON own.member_id = member.id AND own.store_id = store.id
LEFT JOIN accounts_grant AS everywhere ON everywhere.member_id = member.id AND everywhere.store_id IS NULL
WHERE member.user_id = %s
ORDER BY merchant.name, merchant.id, store.name, store.id
"""  # noqa: S608 - the models' own column names


def _stores(user: User) -> list[_Held]:
    """Every store of the person's merchants, with membership and grants beside it."""
    with connection.cursor() as cursor:
        cursor.execute(_STORES, [user.pk])
        return [_held(row) for row in cursor.fetchall()]


def _held(row: tuple[Any, ...]) -> _Held:
    split = len(_STORE)
    store = Store.from_db(connection.alias, _STORE, row[:split])
    store.merchant = Merchant.from_db(connection.alias, _MERCHANT, row[split:-4])
    return _Held(store, *row[-4:])
