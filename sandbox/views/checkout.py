"""The hosted page: the customer is sent here, and the tester decides how it ends."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common import clock
from common.money import exponent, format_amount, format_money
from sandbox.actions.sessions import choose, label_of
from sandbox.forms import ChoiceForm
from sandbox.models import Session
from sandbox.refusals import Refusal


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """Show the page; a POST decides. Opening it changes nothing."""
    found = get_object_or_404(Session, pk=session)
    if request.method != "POST":
        return _page(request, found)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, _("Choose how this ends."), status=422)
    return _decide(request, found, form)


def _decide(request: HttpRequest, session: Session, form: ChoiceForm) -> HttpResponse:
    outcome = form.cleaned_data["outcome"]
    if outcome == ChoiceForm.NO_ANSWER:
        words = _("Nothing was decided and nobody was told. Close this page, or come back later.")
        return _page(request, session, words)
    extra = 10 ** exponent(session.currency) if outcome == ChoiceForm.OTHER_AMOUNT else 0
    state = ChoiceForm.STATES[outcome]
    try:
        choose(session.pk, state, at=clock.now(), has_webhook=form.has_webhook, extra=extra)
    except Refusal as refusal:
        session.refresh_from_db()
        return _page(request, session, refusal.message, status=409)
    if form.has_redirect:
        return _allow_return(HttpResponseRedirect(session.return_url), session)
    session.refresh_from_db()
    return _page(request, session, _("Decided. Nobody is sent back to the shop."))


def _page(request: HttpRequest, session: Session, words: str = "", *, status: int = 200) -> HttpResponse:
    state = Session.State(session.state_at(clock.now()))
    locale = to_locale(getattr(request, "LANGUAGE_CODE", "en"))
    context = {
        "session": session,
        "state": state,
        "is_open": state == Session.State.OPEN,
        "words": words,
        "amount": format_money(session.amount, session.currency, locale),
        "other": format_money(session.amount + 10 ** exponent(session.currency), session.currency, locale),
        "lines": [_line(line, session.currency, locale) for line in session.lines],
        "label": label_of(session),
        "tell": ChoiceForm.TELL,
    }
    return _allow_return(render(request, "sandbox/checkout.html", context, status=status), session)


def _line(line: dict[str, object], currency: str, locale: str) -> dict[str, object]:
    total = line.get("total_amount")
    return {
        "name": line.get("name", ""),
        "quantity": line.get("quantity", ""),
        "total": format_amount(total, currency, locale) if isinstance(total, int) else "",
    }


def _allow_return(response: HttpResponse, session: Session) -> HttpResponse:
    """Browsers apply form-action to the redirect behind a form: name the shop's origin."""
    parts = urlsplit(session.return_url)
    response.csp_extra = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    return response
