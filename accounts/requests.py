"""What a view may rely on after AccessMiddleware."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.access import Access
from accounts.models import Store, User


class PortalRequest(HttpRequest):
    """A signed-in request: `access` at the chosen merchant, `store` when one is chosen."""

    user: User
    access: Access
    store: Store | None
