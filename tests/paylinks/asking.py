"""What a person sends from the dialogs and rows of the history."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from paylinks.models import PaymentLink
from tests.filling import Form

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def address(link: PaymentLink, verb: str) -> str:
    """Where a link's dialog is asked for, and its form sent."""
    return f"/links/{link.pk}/{verb}/"


def asked(client: Client, link: PaymentLink, verb: str, **headers: str) -> dict[str, str]:
    """The form of the dialog, or of the page, as it is shown now."""
    return fields_of(client.get(address(link, verb), headers=headers), link, verb)


def fields_of(answer: Any, link: PaymentLink, verb: str) -> dict[str, str]:
    """What an answer shows of a link's form."""
    return Form(address(link, verb), answer.content.decode()).values


def pressed(client: Client, link: PaymentLink) -> dict[str, str]:
    """What the button of a row sends, as the history is shown now."""
    page = client.get("/links/").content.decode()
    button = re.search(rf'<button [^>]*id="resend-{link.order_id}"', page)
    assert button, "no button in the row"
    return {"version": re.findall(r'name="version" value="(\d+)"', button[0])[0]}
