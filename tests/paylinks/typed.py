"""What a person types into the create form."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.test import Client

from accounts.models import Store

Form = dict[str, Any]


def line(key: int = 0, **cells: str) -> Form:
    usual = {
        "name": "Serving bowl",
        "reference": "KB-24",
        "type": "physical",
        "quantity": "2",
        "unit_price": "749.00",
        "discount": "",
        "tax_rate": "25",
    }
    return {f"line-{key}-{cell}": value for cell, value in (usual | cells).items()}


def filled(store: Store, **changes: Any) -> Form:
    usual = {
        "store": store.mid,
        "country": "SE",
        "recipient": "frida.nystrom@example.com",
        "merchant_reference1": "FJB-10498",
        "merchant_reference2": "",
        "form_key": str(uuid.uuid4()),
        "do": "create",
    }
    return usual | line() | changes


def confirmed(page: str) -> str:
    """What the button of the page was shown to send."""
    return re.findall(r'name="confirmed" value="(\w+)"', page)[0]


def send(client: Client, form: Form, *, follow: bool = False) -> Any:
    """Press the button; and once more when everything could be read and is shown first."""
    answer = client.post("/links/new/", form, follow=follow)
    if answer.status_code != 200 or getattr(answer, "redirect_chain", None):
        return answer
    shown = confirmed(answer.content.decode())
    return client.post("/links/new/", form | {"confirmed": shown}, follow=follow)


def words_of(page: str) -> str:
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
