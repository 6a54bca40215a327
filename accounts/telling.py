"""Whom to tell when something needs a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from accounts.models import Member, Store, User
from accounts.roles import Role

_ADMINS = (Role.SUPER_ADMIN, Role.ADMIN)


def people_to_tell(store: Store, user_id: int | None, at: datetime) -> Iterable[User]:
    """Who did it, while still a member of the store's merchant; otherwise, and for machines, its admins."""
    members = Member.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=at), merchant=store.merchant_id, deactivated_at=None
    )
    people = User.objects.filter(is_active=True)
    did_it = people.filter(pk=user_id, memberships__in=members).first() if user_id else None
    if did_it is not None:
        return [did_it]
    admins = members.filter(Q(grants__store=store) | Q(grants__store=None), grants__role__in=_ADMINS)
    return people.filter(memberships__in=admins).distinct().order_by("pk")
