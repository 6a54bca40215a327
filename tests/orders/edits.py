"""Filling in what edits references and customer, as a browser would."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from django.test import Client

from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.models import Order
from tests.filling import Form
from tests.orders.line_edits import grid_of
from tests.orders.pages import HTMX, get

PATHS = {"references": "edit/", "customer": "customer/edit/"}


def controls(page: str) -> dict[str, str]:
    """The form of a page or a dialog as it stands."""
    form = Form("data-people", page)
    return {**form.values, **form.buttons}


def opened(client: Client, order: Order, what: str) -> dict[str, str]:
    """The form as it opens beside the list: references in their tab, the customer in a dialog."""
    if what == "references":
        return grid_of(get(client, f"/orders/{order.pk}/{PATHS[what]}", target="drawer"))
    return controls(get(client, f"/orders/{order.pk}/{PATHS[what]}", target="dialog", beside="1"))


def send(client: Client, order: Order, what: str, form: dict[str, str], target: str = "drawer", rest: str = "") -> Any:
    """Post the form, by default as htmx does beside the list."""
    headers = {**HTMX, "HTTP_HX_TARGET": target} if target else {}
    return client.post(f"/orders/{order.pk}/{PATHS[what]}{rest}?q=FJB", form, **headers)


def edit(client: Client, order: Order, what: str, **changes: str | None) -> Any:
    """Open the form, type, save; None leaves a tick out."""
    form = opened(client, order, what) | changes
    answer = send(client, order, what, {name: value for name, value in form.items() if value is not None})
    order.refresh_from_db()
    return answer


def refusal(action: Callable[..., object], *what: object, **fields: object) -> str:
    """Do it as the system; the code it was refused with, or ""."""
    try:
        action(*what, **fields, access=None, by=Actor.system(), at=clock.now())
    except DomainError as error:
        return error.code
    return ""


def text(answer: Any) -> str:
    """The answer as people read it."""
    return html.unescape(str(answer.content, "utf-8"))
