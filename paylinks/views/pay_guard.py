"""What stands around every customer page: the token, the language, the headers, the pace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from common import clock
from common.addresses import client_ip
from common.limits import allow
from common.zones import zone_of
from paylinks.views.pay_show import language_of, message, unknown
from paylinks.visit import Visit, visit_of

_WINDOW = 600
_PER_LINK = 30  # posts in ten minutes; a person who corrects a form twice a minute stays below
_PER_ADDRESS = 120  # several customers may share one address
_ASKS_PER_LINK = 150  # returns from the gateway in ten minutes; the waiting page itself asks every five seconds
_ASKS_PER_ADDRESS = 600
_READS = ("GET", "HEAD")

Shown = Callable[..., HttpResponse]


def customer(*methods: str) -> Callable[[Shown], Shown]:
    """Give the view the visit of its token, in the customer's language and the country's time.

    No cookie tells who is asking, so there is nothing another site could borrow: the
    secret token in the address is the proof, as a CSRF token would be. Posts from other
    origins are refused all the same, and no cookie has to be set for that.

    Pages are compressed. Guessing a secret by the length of answers (BREACH) needs a
    secret in the body that the asker does not have: here nothing is sent to anybody who
    does not already know the whole token, and there is no session and no CSRF token.
    """

    def decorate(view: Shown) -> Shown:
        @csrf_exempt
        @login_not_required
        @require_http_methods(list(methods))
        @gzip_page
        @wraps(view)
        def inner(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            visit = visit_of(token, clock.now())
            language = _language(request, visit)
            zone = zone_of(visit.order.country if visit else "")
            with translation.override(language), timezone.override(zone):
                return _seal(_answer(request, visit, view, kwargs), language)

        return inner

    return decorate


def _answer(request: HttpRequest, visit: Visit | None, view: Shown, kwargs: dict[str, Any]) -> HttpResponse:
    if visit is None:
        return unknown()
    if request.method not in _READS and not _is_own(request):
        words = _("This form was sent from another page. Open your payment link again. Nothing was charged.")
        return message(_("Nothing was done"), words, status=HTTPStatus.FORBIDDEN)
    return view(request, visit, **kwargs)


def _is_own(request: HttpRequest) -> bool:
    """Browsers name the origin of a post; very old ones name nothing."""
    origin = request.headers.get("Origin", "")
    if not origin:
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return origin == settings.PUBLIC_URL or urlsplit(origin).netloc == request.get_host()


def _language(request: HttpRequest, visit: Visit | None) -> str:
    """The language chosen on the page, else the order's, as far as it is complete."""
    if visit is None:
        return settings.LANGUAGE_CODE
    return language_of(visit.order, request.POST.get("lang", ""), request.GET.get("lang", ""))


def _seal(response: HttpResponse, language: str) -> HttpResponse:
    """Not cached, not indexed; the token leaves no trace at anybody else's."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Content-Language"] = language
    return response


def is_too_fast(request: HttpRequest, visit: Visit) -> bool:
    """More posts than a person makes, for this link or from this address."""
    link = allow("pay:link", visit.link.pk, _PER_LINK, _WINDOW)
    address = allow("pay:address", client_ip(request), _PER_ADDRESS, _WINDOW)
    return not (link and address)


def asks_too_fast(request: HttpRequest, visit: Visit) -> bool:
    """More questions to the gateway than a waiting page asks; counted apart, so that waiting stops no payment."""
    link = allow("pay:back:link", visit.link.pk, _ASKS_PER_LINK, _WINDOW)
    address = allow("pay:back:address", client_ip(request), _ASKS_PER_ADDRESS, _WINDOW)
    return not (link and address)
