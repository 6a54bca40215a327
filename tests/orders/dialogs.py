"""Filling in the capture and the refund dialog, as a browser would."""

from __future__ import annotations

import html
from typing import Any

from django.test import Client

from orders.models import Line, Order
from tests.orders.pages import HTMX, get, parts_of


def line(order: Order, name: str) -> int:
    """The id of a line."""
    return Line.objects.get(order=order, name__startswith=name).pk


def only(order: Order, form: dict[str, str], **units: int) -> dict[str, str]:
    """The form with nothing but these units ticked."""
    kept = {name: value for name, value in form.items() if not name.startswith("line-")}
    for name, count in units.items():
        key = line(order, name)
        kept |= {f"line-{key}": "on", f"quantity-{key}": str(count)}
    return kept


def dialog(client: Client, order: Order, verb: str = "capture") -> dict[str, str]:
    """The dialog as it opens."""
    return parts_of(get(client, f"/orders/{order.pk}/{verb}/", target="dialog", beside="1"))


def send(client: Client, order: Order, form: dict[str, str], path: str = "captures/", target: str = "drawer") -> Any:
    """Post the form, by default as htmx does beside the list."""
    headers = {**HTMX, "HTTP_HX_TARGET": target} if target else {}
    return client.post(f"/orders/{order.pk}/{path}", form, **headers)


def text(answer: Any) -> str:
    """The answer as people read it."""
    return html.unescape(answer.content.decode())


def updated(client: Client, order: Order, form: dict[str, str], path: str = "captures/") -> dict[str, str]:
    """Press Update: the page comes back with its sum, ready to be confirmed."""
    asked = {name: value for name, value in form.items() if name != "confirmed"} | {"do": "update"}
    answer = send(client, order, asked, path, target="")
    assert answer.status_code == 200
    return parts_of(answer.content.decode())
