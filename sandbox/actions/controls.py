"""The tester's panel: clock, webhooks, and what goes wrong."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Length

from sandbox import clock
from sandbox.models import Behaviour, Control


def panel() -> Control:
    """The one panel; an untouched one is not stored."""
    return Control.objects.first() or Control()


@transaction.atomic
def move_clock(by: timedelta | None) -> timedelta:
    """Move the clock forward, or back to real time with None; the new offset.

    Every process follows within a second.
    """
    Control.objects.get_or_create(pk=1)
    control = Control.objects.select_for_update().get(pk=1)
    seconds = control.clock_offset_seconds + int(by.total_seconds()) if by else 0
    control.clock_offset_seconds = seconds
    control.save(update_fields=["clock_offset_seconds"])
    transaction.on_commit(lambda: clock.remember(timedelta(seconds=seconds)))
    clock.forget()
    return timedelta(seconds=seconds)


def set_webhooks(mode: str) -> None:
    """Choose how everything is told from now on."""
    Control.objects.update_or_create(pk=1, defaults={"webhooks": Control.Webhooks(mode)})


def set_sums_only(*, is_on: bool) -> None:
    """Choose whether merchants hear of single movements, or only of what was moved in all."""
    Control.objects.update_or_create(pk=1, defaults={"sums_only": is_on})


def set_behaviour(
    kind: str,
    *,
    at: datetime,
    account: uuid.UUID | None = None,
    key_prefix: str = "",
    times: int | None = None,
) -> None:
    """Choose how operations of this scope are answered, for `times` of them or until changed."""
    if kind == Behaviour.Kind.SUCCEED and not account and not key_prefix:
        Behaviour.objects.filter(account=None, key_prefix="").delete()
        return
    Behaviour.objects.update_or_create(
        account=account,
        key_prefix=key_prefix,
        defaults={"kind": Behaviour.Kind(kind), "times_left": times, "created_at": at},
    )


@transaction.atomic
def take_behaviour(account: uuid.UUID, key: str) -> str:
    """How to answer `key`: the longest matching beginning wins, then the account's own rule."""
    rules = (
        Behaviour.objects.select_for_update()
        .filter(Q(account=account) | Q(account=None))
        .order_by(Length("key_prefix").desc(), "account")
    )
    rule = next((rule for rule in rules if key.startswith(rule.key_prefix)), None)
    if rule is None:
        return Behaviour.Kind.SUCCEED
    if rule.times_left is not None:
        _count_down(rule)
    return rule.kind


def _count_down(rule: Behaviour) -> None:
    left = (rule.times_left or 0) - 1
    if left > 0:
        rule.times_left = left
        rule.save(update_fields=["times_left"])
    else:
        rule.delete()
