"""What people change about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.audit import Kind, record
from accounts.models import SignInLink, User
from common.actor import Actor

PREFERENCES = ("name", "language", "time_zone", "theme", "has_shortcuts")


@transaction.atomic
def change_preferences(user: User, values: Mapping[str, Any], *, by: Actor, at: datetime) -> list[str]:
    """Save a person's own choices; returns the names of what changed."""
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    changed = [name for name in PREFERENCES if name in values and getattr(locked, name) != values[name]]
    if not changed:
        return []
    for name in changed:
        setattr(locked, name, values[name])
    locked.save(update_fields=changed)
    record(Kind.PREFERENCES_CHANGED, by=by, at=at, after={name: values[name] for name in changed})
    return changed


@transaction.atomic
def sign_out_everywhere(user: User, *, by: Actor, at: datetime) -> None:
    """End every session of a person, and every sign-in link still open."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    SignInLink.objects.filter(email=user.email, used_at=None, replaced_at=None).update(replaced_at=at)
    record(Kind.SIGNED_OUT_EVERYWHERE, by=by, at=at)
