"""Sign-in by a link in an e-mail. Opening a link changes nothing; pressing its button does."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions
from accounts.actions.sign_in import WAIT
from accounts.forms import SignInForm
from accounts.models import SignInLink, User
from accounts.sign_in import find, obstacle, safe_path
from common import clock
from common.addresses import client_ip
from common.errors import DomainError, Obstacle
from common.limits import allow

BACKEND = "django.contrib.auth.backends.ModelBackend"
SENT_KEY = "sign_in"  # in the session: to whom the last link went, and when
_QUARTER, _DAY = 900, 24 * 3600
_PER_NETWORK = 30
_PER_NETWORK_AND_ADDRESS = 20  # of one day; a stranger's asking must not use up the owner's
_PER_ADDRESS = 200  # of one day, from everywhere: a mailbox is not flooded through us


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same whether or not anybody has it."""
    if request.method != "POST":
        going_on = safe_path(request.GET.get("next", ""))
        if request.user.is_authenticated:
            return redirect(going_on or "/")
        return _form(request, SignInForm(initial={"next": going_on}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, form, 422)
    email = form.cleaned_data["email"].strip().lower()
    if words := _refused(request, email):
        form.add_error(None, words)
        return _form(request, form, 429)
    _send(request, email, safe_path(form.cleaned_data["next"]), clock.now())
    return redirect("accounts:sign_in_sent")


def _form(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/sign_in.html", {"form": form}, status=status)


def _refused(request: HttpRequest, email: str) -> str:
    if not allow("sign-in:network", client_ip(request), _PER_NETWORK, _QUARTER):
        return _("Too many links were asked for from your network. Wait 15 minutes and try again.")
    if not allow("sign-in:network-and-address", f"{client_ip(request)} {email}", _PER_NETWORK_AND_ADDRESS, _DAY):
        return _("You have asked for too many links for this address today. Try again tomorrow.")
    return ""


def _send(request: HttpRequest, email: str, going_on: str, at: datetime) -> None:
    """Past the bound of all networks no mail goes out, and the answer is the same as ever."""
    language = get_language() or "en"
    before = request.session.get(SENT_KEY, {})
    if allow("sign-in:address", email, _PER_ADDRESS, _DAY):
        is_new = actions.request_link(email, next_path=going_on, language=language, at=at)
    else:
        is_new = not before or at >= datetime.fromisoformat(before["at"]) + WAIT
    if is_new or before.get("email") != email:
        request.session[SENT_KEY] = {"email": email, "at": at.isoformat(), "next": going_on}


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say where the link went, and offer another after a wait."""
    last = request.session.get(SENT_KEY)
    if not last:
        return redirect("accounts:sign_in")
    again_at = datetime.fromisoformat(last["at"]) + WAIT
    wait = max(0, min(60, int((again_at - clock.now()).total_seconds()) + 1))
    context = {"email": last["email"], "next": last["next"], "wait": wait}
    return render(request, "accounts/sign_in_sent.html", context)


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a link in a mail.

    Signing in renews the CSRF token, so a second tab of the same link could only fail:
    it goes on instead. Everything else is protected as usual.
    """
    if request.method == "POST":
        known = find(token)
        if known is not None and _is_signed_in_as(request, known):
            return redirect(known.next_path or "/")
    return _link(request, token)


@csrf_protect
def _link(request: HttpRequest, token: str) -> HttpResponse:
    if request.method != "POST":
        found = find(token)
        return _page(request, found, obstacle(found, clock.now()))
    try:
        user, used = actions.use_link(token, at=clock.now())
    except DomainError as error:
        return _page(request, find(token), Obstacle(error.code, error.message))
    request.session.pop(SENT_KEY, None)
    login(request, user, backend=BACKEND)
    return redirect(used.next_path or "/")


def _page(request: HttpRequest, found: SignInLink | None, reason: Obstacle | None) -> HttpResponse:
    is_inside = found is not None and _is_signed_in_as(request, found)
    context = {"link": found, "reason": reason, "is_inside": is_inside}
    status = 200 if reason is None or is_inside else 404 if found is None else 410
    return render(request, "accounts/sign_in_link.html", context, status=status)


def _is_signed_in_as(request: HttpRequest, found: SignInLink) -> bool:
    return isinstance(request.user, User) and request.user.email == found.email


def goodbye(request: HttpRequest, words: str) -> HttpResponse:
    """Back to the sign-in page, with a word about what happened."""
    messages.success(request, words)
    return redirect("accounts:sign_in")
