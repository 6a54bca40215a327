"""Users, merchants, stores, members and what they may do."""

from accounts.models.audit import AuditEntry
from accounts.models.merchants import Merchant, Store, TermsCopy
from accounts.models.people import Grant, Member, SignInLink, User

__all__ = [
    "AuditEntry",
    "Grant",
    "Member",
    "Merchant",
    "SignInLink",
    "Store",
    "TermsCopy",
    "User",
]
