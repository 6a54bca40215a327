"""A store with one of everything an address can name, and addresses made of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Store
from common import clock
from messaging.models import Message
from orders.actions.alerts import raise_alert
from orders.models import Alert, Repeat
from paylinks.models import PaymentLink
from paylinks.tokens import token_of
from tests import builders
from tests.api import strangers

Made = TypeVar("Made")

# addresses that stand for a store by their query
OF_STORE = {"paylinks:check_terms", "paylinks:configuration"}


def objects_of(store: Store, prefix: str, **customer: Any) -> dict[str, Any]:
    """By the name of an argument in the table of addresses: a link, a captured order seen twice, an attempt."""
    link: PaymentLink = builders.system_link(store, merchant_reference1=f"{prefix}-1", **customer)
    order = builders.captured_order(store, merchant_reference1=f"{prefix}-2", **customer)
    builders.placed_order(store, merchant_reference1=f"{prefix}-2", **customer)
    paid = builders.begun(builders.system_link(store, merchant_reference1=f"{prefix}-3", **customer))
    with transaction.atomic():
        alert = raise_alert(order, Alert.Kind.DIFFERENCE, at=clock.now(), data={"differences": []})
    return {
        "token": "nonsense",
        "order": order.pk,
        "event": 1,
        "call": 0,
        "half": "request",
        "link": link.pk,
        "pending": link.order_id,
        "logoless": store.mid,
        "customer": token_of(link.pk),
        "payer": token_of(paid.link_id),
        "attempt": paid.pk,
        "session": paid.session_reference,
        "provider": "sandbox",
        "account": order.gateway_account_id,
        "payment": order.payment_reference,
        "verb": "captures",
        "key": "none",
        "message": Message.objects.get(order_id=order.pk, kind="order.confirmation").pk,
        "invitation": Message.objects.get(order_id=link.order_id).pk,
        "movement": uuid.uuid4(),
        "item": uuid.uuid4(),
        "webhook": 0,
        "alert": alert.pk,
        "unclaimed": strangers.heard(store).pk,
        "pair": Repeat.objects.get(earlier=order.pk).pk,
    }


@contextmanager
def made_once(build: Callable[[], Made], blocker: DjangoDbBlocker) -> Iterator[Made]:
    """What the tests of a module start from: each works in a savepoint, so that the next finds it as it was made."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock(), around:
        made = build()
        with blocker.block():
            yield made
        transaction.set_rollback(True)


def ask(client: Client, url: str, methods: str, data: dict[str, Any] | None = None) -> list[HttpResponse]:
    """The answers of an address, one for each of its methods."""
    return [client.post(url, data) if method == "POST" else client.get(url) for method in methods.split()]


def address(name: str, arguments: tuple[str, ...], objects: dict[str, Any], mid: str) -> str:
    """The address of these objects."""
    url = reverse(name, args=[objects[argument] for argument in arguments])
    return f"{url}?store={mid}" if name in OF_STORE else url
