"""A person's own page, their merchants, and the ways out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts import actions
from accounts.decorators import open_without_access
from accounts.forms import PreferencesForm
from accounts.middleware import MERCHANT_KEY
from accounts.requests import PortalRequest
from accounts.sign_in import safe_path
from accounts.views.sign_in import goodbye
from common import clock
from common.actor import Actor


@never_cache
@open_without_access
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: PortalRequest) -> HttpResponse:
    """Name, language, time zone, appearance, shortcuts; and the merchants one belongs to."""
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        by = Actor.member(request.user)
        actions.change_preferences(request.user, form.cleaned_data, by=by, at=clock.now())
        with override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are saved."))
        return redirect("accounts:preferences")
    context = {"form": form, "access": request.access, "has_languages": len(settings.LANGUAGES) > 1}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/preferences.html", context, status=status)


@require_POST
def merchant(request: PortalRequest) -> HttpResponse:
    """Work for another merchant one belongs to."""
    chosen = request.POST.get("merchant", "")
    if chosen not in {str(each.pk) for each in request.access.merchants}:
        raise Http404(chosen)
    request.session[MERCHANT_KEY] = int(chosen)
    return redirect(safe_path(request.POST.get("next", "")) or "/")


@open_without_access
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return goodbye(request, _("You are signed out."))


@open_without_access
@require_POST
def sign_out_everywhere(request: PortalRequest) -> HttpResponse:
    """End every session of this person, this one too."""
    by = Actor.member(request.user)
    actions.sign_out_everywhere(request.user, by=by, at=clock.now())
    logout(request)
    return goodbye(request, _("You are signed out on every device."))


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language of somebody who is not signed in."""
    return set_language(request)
