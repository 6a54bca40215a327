"""What the tests of the orders pages share: orders by the dozen, and reading pages."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.models import Store
from common.actor import Actor
from orders.actions.draft import draft_order
from orders.actions.place import Authorization, authorize_order
from orders.models import Order
from payments.actions import connect_sandbox
from tests.builders import ADDRESS, LINES
from tests.filling import Form

HTMX = {"HTTP_HX_REQUEST": "true"}
_ROW = re.compile(r'<tr role="row" id="order-[^"]+".*?</tr>', re.DOTALL)
_REFERENCE = re.compile(r'class="b1 ref">(?:<span class="cut">)?([^<]*)')


def quick_order(store: Store, at: datetime, reference: str = "FJB-1", **changes: Any) -> Order:
    """An authorized order through the actions, without a customer at the gateway."""
    account = connect_sandbox(store, at)
    usual: dict[str, Any] = {
        "lines": LINES,
        "currency": "SEK",
        "country": "SE",
        "language": "en",
        "email": "frida.nystrom@example.com",
        "customer_name": "Frida Nyström",
    }
    wanted = {
        **usual,
        **{key: value for key, value in changes.items() if key in {*usual, "phone", "merchant_reference2"}},
    }
    with transaction.atomic():  # as settling does
        order = draft_order(store, merchant_reference1=reference, by=Actor.system(), at=at, **wanted)
        authorize_order(order, _authorization(account, order, at, changes), by=Actor.gateway("sandbox"), at=at)
    return order


def _authorization(account: Any, order: Order, at: datetime, changes: dict[str, Any]) -> Authorization:
    return Authorization(
        account=account,
        attempt_id=order.pk.hex,
        session_reference=f"s-{order.pk.hex}",
        payment_reference=f"p-{order.pk.hex}",
        method="card",
        label="Visa •• 4242",
        authorized_at=at,
        expires_at=changes.get("expires_at", at + timedelta(days=7)),
        is_under_review=changes.get("is_under_review", False),
        is_charged_at_once=changes.get("is_charged_at_once", False),
        delivery_address=ADDRESS,
    )


def many(store: Store, at: datetime, count: int) -> list[Order]:
    """Orders FJB-0, FJB-1, …; three at a time were placed in the same instant."""
    return [quick_order(store, at - timedelta(minutes=index // 3), f"FJB-{index}") for index in range(count)]


def get(client: Client, path: str, target: str = "", **params: Any) -> str:
    """A page, or with `target` the fragment htmx would ask for."""
    headers = {**HTMX, "HTTP_HX_TARGET": target} if target else {}
    answer = client.get(path, params, **headers)
    assert answer.status_code == 200, (answer.status_code, answer.content[:500])
    return answer.content.decode()


def rows(page: str) -> list[str]:
    """The rows of a list as they were printed."""
    return _ROW.findall(page)


def references(page: str) -> list[str]:
    """Merchant references of the rows, from top to bottom."""
    return [html.unescape(found).strip() for found in _REFERENCE.findall(page)]


def link(page: str, rel: str) -> str:
    """The address of the page beside this one, or ""."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return html.unescape(found[1]) if found else ""


def parts_of(page: str, *, button: str = "confirmed") -> dict[str, str]:
    """The fields of a capture or refund dialog as it stands, sent with one of its buttons."""
    return Form("data-parts", page).sent_by(button)
