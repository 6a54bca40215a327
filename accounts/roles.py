"""The one table of roles and permissions; it drives menu, buttons and server."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member is at a merchant or a store."""

    SUPER_ADMIN = "super_admin", _("Super Admin")
    ADMIN = "admin", _("Admin")
    USER = "user", _("User")
    SETTLEMENT = "settlement", _("Settlement")
    DISPUTES = "disputes", _("Disputes")
    EXTERNAL = "external", _("External")
    READ_ONLY = "read_only", _("Read Only")
    TERMINATED = "terminated", _("Terminated")


class Permission(TextChoices):
    """Plain names people read when something is not allowed. Grows with the screens."""

    ORDERS_VIEW = "orders.view", _("View orders")
    ORDERS_CAPTURE = "orders.capture", _("Capture orders")
    ORDERS_REFUND = "orders.refund", _("Refund orders")
    ORDERS_CANCEL = "orders.cancel", _("Cancel orders")
    ORDERS_RELEASE = "orders.release", _("Release authorizations")
    ORDERS_EXTEND = "orders.extend", _("Extend authorizations")
    ORDERS_EDIT = "orders.edit", _("Edit orders")
    LINKS_VIEW = "links.view", _("View payment links")
    LINKS_CREATE = "links.create", _("Create payment links")
    ORDERS_CONFIGURE = "orders.configure", _("Configure orders")
    DEVELOPER_LOGS = "developer.logs", _("View logs")


_ALL = frozenset(Role)
_LINKS = _ALL - {Role.READ_ONLY, Role.TERMINATED}
_ADMINS = frozenset({Role.SUPER_ADMIN, Role.ADMIN})
_STAFF = _ADMINS | {Role.USER, Role.EXTERNAL}

HOLDERS: dict[Permission, frozenset[Role]] = {
    Permission.ORDERS_VIEW: _ALL,
    Permission.ORDERS_CAPTURE: _STAFF,
    Permission.ORDERS_REFUND: _STAFF,
    Permission.ORDERS_CANCEL: _STAFF,
    Permission.ORDERS_RELEASE: _STAFF,
    Permission.ORDERS_EXTEND: _STAFF,
    Permission.ORDERS_EDIT: _STAFF,
    Permission.LINKS_VIEW: _LINKS,
    Permission.LINKS_CREATE: _LINKS,
    Permission.ORDERS_CONFIGURE: _ADMINS,
    Permission.DEVELOPER_LOGS: _STAFF,
}

PERMISSIONS: dict[str, frozenset[str]] = {
    role: frozenset(permission.value for permission, holders in HOLDERS.items() if role in holders) for role in Role
}


def who_can_grant() -> str:
    """Whom to ask for a missing permission."""
    return str(_("A Super Admin or Admin of the merchant can change your role."))
