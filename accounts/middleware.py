"""Who is asking, what they may reach, and in which language and time zone they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from accounts.access import Access, access_of
from accounts.models import User
from common import clock

MERCHANT_KEY = "merchant_id"  # in the session: the merchant chosen by members of several


class AccessMiddleware:
    """Set `request.access` and `request.store`; both None for nobody and on public pages.

    One query, and only for signed-in pages: what is marked login_not_required never
    touches the session. People whose every membership has ended get a page that says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.access = request.store = None  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()  # the next request of this thread is somebody else's

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Load access once the sign-in rule has let the request pass."""
        if not getattr(view, "login_required", True) or not isinstance(request.user, User):
            return None
        _speak(request, request.user)
        access = access_of(request.user, clock.now(), request.session.get(MERCHANT_KEY))
        request.access = access  # type: ignore[attr-defined]
        if access is None and not getattr(view, "open_without_access", False):
            return render(request, "accounts/no_access.html", status=403)
        if access is not None:
            request.store = _store(request, access)  # type: ignore[attr-defined]
        return None


def _speak(request: HttpRequest, user: User) -> None:
    if user.language in dict(settings.LANGUAGES):
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
    try:
        timezone.activate(ZoneInfo(user.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        timezone.deactivate()


def _store(request: HttpRequest, access: Access) -> Any:
    """The store named in the address; one out of reach does not exist for this person."""
    mid = request.GET.get("store", "")
    if not mid:
        return None
    store = access.store(mid)
    if store is None:
        raise Http404(mid)
    return store
