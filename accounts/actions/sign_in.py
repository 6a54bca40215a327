"""Asking for a way in, and using it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.audit import Kind, record
from accounts.models import SignInLink, User
from accounts.sign_in import nonce_in, obstacle
from common.actor import Actor
from common.errors import DomainError
from messaging import actions as messaging
from messaging.models import Channel

WAIT = timedelta(seconds=60)
KEPT = timedelta(days=30)
KIND = "sign_in"


def request_link(email: str, *, next_path: str, language: str, at: datetime) -> bool:
    """Write a link and its mail for an address; False within 60 seconds of the last one.

    Does the same for unknown addresses: whether anybody has it is looked up by the
    worker that renders the mail, so neither answer nor duration tells.
    """
    address = email.strip().lower()
    try:
        with transaction.atomic():
            return _replace(address, next_path, language, at)
    except IntegrityError:  # another tab asked at the same moment: its mail is on the way
        return False


def _replace(address: str, next_path: str, language: str, at: datetime) -> bool:
    before = SignInLink.objects.filter(email=address, used_at=None, replaced_at=None)
    # a link of the far future was made before the sandbox' clock was moved back: it holds nobody up;
    # one a moment ahead of us is another tab's
    recent = Q(created_at__gt=at - WAIT, created_at__lt=at + WAIT)
    if before.filter(recent).exists():
        return False
    # not the recent: a link another tab committed since the question above must stay, and stop ours
    before.exclude(recent).update(replaced_at=at)
    link = write_link(address, next_path, at)
    messaging.queue(
        kind=KIND,
        task="accounts.tasks.deliver_sign_in",
        channel=Channel.EMAIL,
        recipient=address,
        language=language,
        subject_id=link.pk,
        at=at,
    )
    return True


def write_link(address: str, next_path: str, at: datetime) -> SignInLink:
    """A link of 15 minutes without a mail."""
    return SignInLink.objects.create(
        email=address,
        nonce=secrets.token_urlsafe(32),
        next_path=next_path,
        created_at=at,
        expires_at=at + SignInLink.LIFETIME,
    )


@transaction.atomic
def use_link(token: str, *, at: datetime) -> tuple[User, SignInLink]:
    """Use a link up and say who it signs in; DomainError with the reason when it cannot."""
    link = SignInLink.objects.select_for_update().filter(nonce=nonce_in(token)).first()
    reason = obstacle(link, at)
    if reason is not None:
        raise reason.error()
    assert link is not None  # noqa: S101 - `obstacle` has refused None; for the type checker
    user = User.objects.filter(email=link.email, is_active=True).first()
    if user is None:
        raise DomainError("link_unknown", "")
    link.used_at = at
    link.save(update_fields=["used_at"])
    record(Kind.SIGNED_IN, by=Actor.member(user), at=at)
    return user, link


def tidy(*, at: datetime) -> int:
    """Delete sign-in links and their mails nobody needs to look up again."""
    messaging.forget(KIND, at - KEPT)
    return SignInLink.objects.filter(created_at__lt=at - KEPT).delete()[0]
