"""Users without passwords, their memberships, grants and sign-in links."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.merchants import Merchant, Store
from accounts.roles import Role


class UserManager(BaseUserManager["User"]):
    """Looks users up by e-mail, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this e-mail."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in with a link sent to their e-mail."""

    class Theme(models.TextChoices):
        """Appearance of the portal."""

        SYSTEM = "system", _("System")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    password = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="Europe/Stockholm")
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    has_shortcuts = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)  # raising it signs out everywhere
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="user_email_is_lower_case",
                condition=Q(email=Lower("email")),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def get_session_auth_hash(self) -> str:
        """Changes with the epoch, so that every session of the person ends at once."""
        return salted_hmac("accounts.session", f"{self.pk}:{self.session_epoch}", algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> list[str]:
        """Sessions carry no fallback: a rotated key signs people out."""
        return []


class Member(models.Model):
    """A user's belonging to a merchant."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="members")
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "merchant"],
                name="one_membership_per_merchant",
                violation_error_message=_("This person is a member already."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_began",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.merchant_id}"


class Grant(models.Model):
    """A role on all stores (`store` empty), or on one store, where it replaces the former."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "store"],
                nulls_distinct=False,
                name="one_grant_per_member_and_store",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} for {self.member_id}"


class SignInLink(models.Model):
    """One way in: 15 minutes, once, and only the latest of an address.

    Written for any address that was typed, so that an answer tells nobody whether
    the address is known; the user is looked up when the mail is rendered.
    """

    LIFETIME = timedelta(minutes=15)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField()
    nonce = models.CharField(max_length=43, unique=True)
    next_path = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="sign_in_by_age")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(used_at__isnull=True, replaced_at__isnull=True),
                name="one_open_sign_in_link_per_address",
            ),
            models.CheckConstraint(
                name="sign_in_link_lives_15_minutes",
                condition=Q(expires_at=F("created_at") + timedelta(minutes=15)),
            ),
        ]

    def __str__(self) -> str:
        return f"sign-in of {self.email}"
