"""Editing an order's lines in tests: through the action, and the pieces it works with."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import replace
from typing import Any

from django.test import Client

from common import clock
from common.actor import Actor
from orders.actions.edit import Edited, edit_lines
from orders.audit import audit_order
from orders.editing.plan import Wish
from orders.editing.standing import standing_of
from orders.lines import LineInput
from orders.models import Line, Order
from tests.filling import Form
from tests.orders.pages import HTMX, get

ALICE = Actor("member", "alice@acme.example")


def wishes(order: Order, *add: LineInput, drop: tuple[str, ...] = (), **change: dict[str, Any]) -> list[Wish]:
    """The open lines as they stand, some dropped or changed by how their names begin, and others added."""
    found = []
    for part in standing_of(order).open:
        word = part.line.name.split()[0]
        if word not in drop:
            found.append(Wish(replace(part.line, **change.get(word, {})), part.source))
    return [*found, *(Wish(line) for line in add)]


def edit(order: Order, wished: list[Wish], **more: Any) -> Edited:
    """Do it, and read the order again."""
    given = {"key": uuid.uuid4().hex, "access": None, "by": ALICE, "at": clock.now(), **more}
    done = edit_lines(order.pk, wished, **given)
    order.refresh_from_db()
    return done


def lines(order: Order) -> list[tuple[str, int, int]]:
    """The current lines: name, quantity, total."""
    rows = Line.objects.filter(order=order, revision=order.revision).order_by("position")
    return [(line.name.split()[0], line.quantity, line.total_amount) for line in rows]


def is_sound(order: Order) -> bool:
    """The books agree with each other and with the gateway."""
    found = [str(each) for each in audit_order(order.pk, asks_gateway=True)]
    assert not found, found
    return True


def grid_of(page: str) -> dict[str, str]:
    """The form of a page or a drawer as it stands."""
    return Form("data-guard", page).sent_by("confirmed")


def opened(client: Client, order: Order) -> dict[str, str]:
    """The tab as it opens beside the list."""
    return grid_of(get(client, f"/orders/{order.pk}/edit/", target="drawer"))


def send(client: Client, order: Order, form: dict[str, str], *, target: str = "drawer", rest: str = "") -> Any:
    """Post the form, by default as htmx does beside the list."""
    headers = {**HTMX, "HTTP_HX_TARGET": target} if target else {}
    return client.post(f"/orders/{order.pk}/edit/{rest}", form, **headers)


def without(form: dict[str, str], name: str) -> dict[str, str]:
    """The form less the row whose item's name begins so."""
    row = next(key.removesuffix("-name") for key, value in form.items() if value.startswith(name))
    return {key: value for key, value in form.items() if not key.startswith(f"{row}-")}


def previewed(client: Client, order: Order, form: dict[str, str]) -> str:
    """What the server says of the form while somebody types."""
    return text(send(client, order, form, target="edit-review", rest="preview/"))


def confirmed(client: Client, order: Order, form: dict[str, str], **more: Any) -> Any:
    """Look at the sum, then save it."""
    sum_ = re.search(r'name="confirmed" value="(\d+)"', previewed(client, order, form))
    assert sum_ is not None
    answer = send(client, order, form | {"confirmed": sum_[1]}, **more)
    order.refresh_from_db()
    return answer


def text(answer: Any) -> str:
    """The answer as people read it."""
    return html.unescape(answer.content.decode())
