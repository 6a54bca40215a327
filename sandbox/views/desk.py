"""The tester's desk: what happened, what shall go wrong, and what time it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.errors import DomainError
from sandbox.actions import by_hand, controls, operations, sessions, webhooks
from sandbox.forms import BehaviourForm, ClockForm, HandForm, WebhooksForm
from sandbox.models import Behaviour, Movement, Session, Webhook
from sandbox.rows import movement_rows, session_rows, webhook_rows

_LATEST = 25


@login_not_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The whole desk on one page."""
    at = clock.now()
    operations.settle_due(at)
    panel = controls.panel()
    rule = Behaviour.objects.filter(account=None, key_prefix="").first()
    kind = Behaviour.Kind(rule.kind) if rule else Behaviour.Kind.SUCCEED
    context = {
        "now": at,
        "offset": timedelta(seconds=panel.clock_offset_seconds),
        "is_moved": panel.clock_offset_seconds != 0,
        "behaviour": BehaviourForm(initial={"kind": kind, "once": bool(rule and rule.times_left)}),
        "rules": Behaviour.objects.exclude(account=None, key_prefix="")[:_LATEST],
        "webhooks_form": WebhooksForm(initial={"mode": panel.webhooks, "sums_only": panel.sums_only}),
        "sessions": session_rows(at, _LATEST),
        "kinds": HandForm.KINDS,
        "movements": movement_rows(_LATEST),
        "webhooks": webhook_rows(_LATEST),
    }
    return render(request, "sandbox/desk.html", context)


def _control(view: Callable[..., None]) -> Callable[..., HttpResponse]:
    """A button of the desk: do it, then show the desk again."""

    @login_not_required
    @require_POST
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: object) -> HttpResponse:
        view(request, **kwargs)
        return HttpResponseRedirect(reverse("sandbox:desk"))

    return inner


@_control
def move_clock(request: HttpRequest) -> None:
    """Forward, or back to real time."""
    form = ClockForm(request.POST)
    if form.is_valid():
        controls.move_clock(form.step())


@_control
def set_behaviour(request: HttpRequest) -> None:
    """How operations are answered, once or until changed."""
    form = BehaviourForm(request.POST)
    if form.is_valid():
        times = 1 if form.cleaned_data["once"] else None
        controls.set_behaviour(form.cleaned_data["kind"], at=clock.now(), times=times)


@_control
def set_webhooks(request: HttpRequest) -> None:
    """How everything is told."""
    form = WebhooksForm(request.POST)
    if form.is_valid():
        controls.set_webhooks(form.cleaned_data["mode"])
        controls.set_sums_only(is_on=form.cleaned_data["sums_only"])


@_control
def resend_webhook(request: HttpRequest, webhook: int) -> None:
    """The same event once more."""
    webhooks.resend(get_object_or_404(Webhook, pk=webhook).pk, clock.now())


@_control
def review(request: HttpRequest, session: uuid.UUID) -> None:
    """Approve or reject a payment under review."""
    sessions.review(session, is_approved=request.POST.get("approve") == "yes", at=clock.now())


@login_not_required
@require_POST
def open_elsewhere(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """A payment the shop's portal knows nothing of: the tester pays it on the hosted page."""
    found = get_object_or_404(Session, pk=session)
    opened = sessions.open_elsewhere(found.pk, clock.now())
    return HttpResponseRedirect(reverse("sandbox:checkout", args=[opened.pk]))


@_control
def settle(request: HttpRequest, movement: uuid.UUID) -> None:
    """Answer a late operation now."""
    found = get_object_or_404(Movement.objects.select_related("payment"), pk=movement)
    operations.settle(found.pk, found.payment.session_id, clock.now())


@_control
def move_by_hand(request: HttpRequest, session: uuid.UUID) -> None:
    """Move money in the gateway's own portal: the merchant's knows nothing of it."""
    found = get_object_or_404(Session, pk=session)
    form = HandForm(request.POST)
    if not form.is_valid():
        raise DomainError("not_an_amount", str(form.errors))
    amount = form.minor(found.currency)
    by_hand.move_by_hand(found.pk, form.cleaned_data["kind"], amount=amount, at=clock.now())


@_control
def fail_refund(request: HttpRequest, movement: uuid.UUID) -> None:
    """A refund comes back after it had succeeded."""
    found = get_object_or_404(Movement.objects.select_related("payment"), pk=movement)
    by_hand.fail_refund(found.pk, found.payment.session_id, clock.now())
