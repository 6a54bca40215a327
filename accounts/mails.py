"""The mails of accounts, rendered at delivery."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import SignInLink, User
from accounts.sign_in import address_of, obstacle
from common import clock
from messaging.models import Message
from messaging.render import Rendered, mail


def sign_in(message: Message) -> Rendered | None:
    """The link, in the person's own language; None for unknown addresses and dead links."""
    link = SignInLink.objects.filter(pk__in=[message.subject_id]).first()
    user = User.objects.filter(email=message.recipient, is_active=True).first()
    if link is None or user is None or obstacle(link, clock.now()):
        return None
    with translation.override(user.language):
        context = {"user": user, "url": address_of(link)}
        return mail("accounts/mail/sign_in", _("Your sign-in link"), context, is_test=False)
