"""Sign-in links: what is in the mail, and why one may not work any more."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import SignInLink
from common.errors import Obstacle

_SALT = "accounts.sign_in"
_LONGEST_PATH = 300


def token_of(link: SignInLink) -> str:
    """The link's nonce, signed: the table alone lets nobody in. Rotated keys still verify."""
    return Signer(salt=_SALT, sep=".").sign(link.nonce)


def address_of(link: SignInLink) -> str:
    """The full address for the mail."""
    return settings.PUBLIC_URL + reverse("accounts:sign_in_link", args=[token_of(link)])


def nonce_in(token: str) -> str:
    """The nonce of a token this installation signed, or ""."""
    try:
        return Signer(salt=_SALT, sep=".").unsign(token)
    except BadSignature:
        return ""


def find(token: str) -> SignInLink | None:
    """The link a token belongs to. Looking changes nothing."""
    nonce = nonce_in(token)
    return SignInLink.objects.filter(nonce=nonce).first() if nonce else None


def obstacle(link: SignInLink | None, at: datetime) -> Obstacle | None:
    """Why this link does not sign anybody in now, or None."""
    if link is None:
        return Obstacle("link_unknown", _("This address is not a sign-in link. It may have been cut off on its way."))
    if link.used_at is not None:
        return Obstacle("link_used", _("This link has been used. Each link signs in once."))
    if link.replaced_at is not None:
        return Obstacle("link_replaced", _("A newer link was sent after this one. Only the newest works."))
    if at >= link.expires_at:
        return Obstacle("link_expired", _("This link has expired. A link works for 15 minutes."))
    return None


def safe_path(path: str) -> str:
    """A path of this portal to go on to, or "" for anything else."""
    inside = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if inside and len(path) <= _LONGEST_PATH else ""
