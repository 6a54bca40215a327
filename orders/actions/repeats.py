"""Two orders that look like one purchase: found when the second is placed, judged by a person."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import Access
from common import times
from common.actor import Actor
from common.errors import DomainError
from orders.actions.lock import check_version
from orders.models import Event, Order, Repeat
from orders.repeats import COUNTING, reasons_of
from orders.timeline import What, record

WITHIN = timedelta(hours=24)
Versions = tuple[int, int]
MOST = 3  # a shop that sends one test order a hundred times needs no 4,950 pairs
_REFERENCE = "merchant_reference1"
_WAIT = "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key"


def find_repeats(order: Order, *, at: datetime) -> None:
    """Pair a locked order that is being placed with those of the last 24 hours it looks like.

    Same store, amount, currency, and e-mail or phone or merchant reference;
    a reference that is the store's default says nothing.
    """
    _wait_for_twins(order)
    near = [other.pk for other in _alike(order, at)[:MOST]]
    if near:
        _pair(order, near, at)


def dismiss_repeat(
    repeat_id: int, *, versions: Versions | None = None, access: Access, by: Actor, at: datetime
) -> Repeat:
    """Remember that two orders are no repeat. Said again by the same person, nothing changes.

    `versions` are those of the two orders, the earlier first, as they were shown. Raises DomainError
    `stale`, with who did what, when another has said so or acted on one of them; Repeat.DoesNotExist
    out of reach.
    """
    with transaction.atomic(durable=True):
        pair = _locked(repeat_id, access)
        if pair.dismissed_at is not None and pair.dismissed_by_id != by.user_id:
            raise _faster(What.REPEAT_DISMISSED, pair.dismissed_by, pair.dismissed_at)
        if pair.dismissed_at is None:
            _check_versions(pair, versions)
            pair.dismissed_at, pair.dismissed_by, pair.dismissed_by_id = at, by.label, by.user_id
            pair.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_by_id"])
            _tell(pair, What.REPEAT_DISMISSED, by=by, at=at)
    return pair


def restore_repeat(
    repeat_id: int, *, versions: Versions | None = None, access: Access, by: Actor, at: datetime
) -> Repeat:
    """Take a dismissal back; raises as dismissing does."""
    with transaction.atomic(durable=True):
        pair = _locked(repeat_id, access)
        if pair.dismissed_at is None:
            told = Event.objects.filter(order=pair.earlier, kind=What.REPEAT_RESTORED)
            last = told.filter(data__short=pair.later.reference).order_by("-seq").first()
            if last is not None and last.actor != by.label:
                raise _faster(What.REPEAT_RESTORED, last.actor, last.at)
        else:
            _check_versions(pair, versions)
            pair.dismissed_at, pair.dismissed_by, pair.dismissed_by_id = None, "", None
            pair.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_by_id"])
            _tell(pair, What.REPEAT_RESTORED, by=by, at=at)
    return pair


def _faster(what: What, who: str, at: datetime) -> DomainError:
    words = _("%(what)s, said %(who)s, %(time)s. Nothing new was done.")
    return DomainError("stale", words % {"what": what.label, "who": who, "time": times.stamp(at)})


def _check_versions(pair: Repeat, versions: Versions | None) -> None:
    """Raise DomainError `stale` when somebody acted on one of two locked orders since they were shown."""
    for order, version in zip((pair.earlier, pair.later), versions or (None, None), strict=True):
        check_version(order, version)


def _wait_for_twins(order: Order) -> None:
    """Let orders with the same contact or reference be placed one after the other.

    Two that are placed at once would not see each other. Keys are taken in
    order, and after the order's own row, which nobody else waits for.
    """
    words = [f"{order.store_id}:{order.amount}:{order.currency}:{each}" for each in _marks_of(order)]
    digests = [hashlib.sha256(text.encode()).digest() for text in words]
    keys = sorted(int.from_bytes(digest[:8], "big", signed=True) for digest in digests)
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [keys])


def _marks_of(order: Order) -> list[str]:
    """What another order may share with this one."""
    return [mark for mark in (order.email.lower(), order.phone, _own_reference(order)) if mark]


def _own_reference(order: Order) -> str:
    """The merchant reference, unless the store gives it to every order."""
    reference = order.merchant_reference1
    return "" if reference == order.store.default_reference1 else reference


def _alike(order: Order, at: datetime) -> QuerySet[Order]:
    """Orders of the last day with this sum and something more in common, the nearest first; by their own index."""
    shared = Q()
    for field, mark in (("email__iexact", order.email), ("phone", order.phone), (_REFERENCE, _own_reference(order))):
        shared |= Q((field, mark)) if mark else Q()
    same = Order.objects.filter(shared, store=order.store, amount=order.amount, currency=order.currency)
    near = same.filter(placed_at__gte=at - WITHIN, placed_at__lte=at + WITHIN, status__in=COUNTING, refunded_amount=0)
    return near.exclude(pk=order.pk).only("pk").order_by("-placed_at", "-pk")


def _shared(order: Order, other: Order) -> dict[str, bool]:
    """What both have in common."""
    return {
        "has_same_email": bool(order.email) and order.email.lower() == other.email.lower(),
        "has_same_phone": bool(order.phone) and order.phone == other.phone,
        "has_same_reference": bool(_own_reference(order)) and order.merchant_reference1 == other.merchant_reference1,
    }


def _pair(order: Order, near: Sequence[uuid.UUID], at: datetime) -> None:
    # in the order of their keys, as everybody does who locks several orders
    others = Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=near).order_by("pk")
    for other in others:
        first, second = sorted((order, other), key=lambda each: (each.placed_at or at, each.pk))
        pair = Repeat.objects.create(
            merchant_id=order.merchant_id, store_id=order.store_id, earlier=first, later=second, found_at=at,
            **_shared(order, other),
        )  # fmt: skip
        _tell(pair, What.REPEAT_FOUND, by=Actor.system(), at=at)


def _tell(pair: Repeat, what: What, *, by: Actor, at: datetime) -> None:
    """Write it into both timelines, each naming the other."""
    for here, there in ((pair.earlier, pair.later), (pair.later, pair.earlier)):
        data = {"reference": there.merchant_reference1, "short": there.reference, "reasons": reasons_of(pair)}
        record(here, what, by=by, at=at, data=data)


def _locked(repeat_id: int, access: Access) -> Repeat:
    """The pair with both orders locked, orders first."""
    pair = Repeat.objects.visible_to(access).get(pk=repeat_id)
    both = Order.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    orders = {order.pk: order for order in both.filter(pk__in=[pair.earlier_id, pair.later_id])}
    pair = Repeat.objects.select_for_update(no_key=True, of=("self",)).get(pk=repeat_id)
    pair.earlier, pair.later = orders[pair.earlier_id], orders[pair.later_id]
    return pair
