"""To whom a link goes when it is sent again."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.contact import readable
from common.errors import DomainError
from orders.forms import ActForm
from paylinks.forms.recipient import read_recipient
from paylinks.models import PaymentLink


class ResendForm(ActForm):
    """The recipient, the same or a corrected one; read as the create form reads it."""

    recipient = forms.CharField(
        label=_("E-mail or phone"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_("After a corrected recipient the old link shows nothing any more."),
    )

    def __init__(self, *args: Any, link: PaymentLink, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"recipient": readable(link.recipient), **fresh_wish(link)})
        super().__init__(*args, **kwargs)
        self.link = link

    def clean_recipient(self) -> str:
        """The address to send to; "" when it is the one the link has."""
        try:
            found = read_recipient(self.cleaned_data["recipient"], self.link.order.country)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
        return "" if found.address == self.link.recipient else found.address


def fresh_wish(link: PaymentLink) -> dict[str, Any]:
    """A new key for a new wish, and the version of the order that is shown with it."""
    return {"key": uuid.uuid4(), "version": link.order.version}


def pressed_wish(link: PaymentLink, user_id: int, version: str) -> dict[str, Any]:
    """The wish of a row's own button: it sends only what version its row showed.

    A link is replaced once. So whoever presses again wishes the same, and another person does not.
    """
    key = uuid.uuid5(link.pk, f"row-{user_id}")
    return {"recipient": readable(link.recipient), "key": str(key), "version": version}
