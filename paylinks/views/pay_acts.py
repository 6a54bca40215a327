"""What else a customer does: come back, go on, start again, ask for a new link."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from common import clock
from common.actor import Actor
from common.errors import DomainError
from paylinks.actions.begin import open_session
from paylinks.actions.request import request_new_link
from paylinks.models import Attempt
from paylinks.settle import Closing, check_attempt, close_attempt
from paylinks.states import AttemptState
from paylinks.views.pay_guard import asks_too_fast, customer, is_too_fast
from paylinks.views.pay_show import SeeOther, show_problem, show_unsure, to_page
from paylinks.visit import View, Visit
from payments.gateway import GatewayUnavailable


@customer("GET", "HEAD")
def back(request: HttpRequest, visit: Visit, attempt_id: uuid.UUID) -> HttpResponse:
    """The gateway sent the customer back: ask it how the attempt stands, then show that."""
    attempt = visit.link.attempts.select_related("order").filter(pk=attempt_id).first()
    if attempt is None:
        return to_page(visit.link)
    if not _is_undecided(attempt):
        return to_page(visit.link, again=str(attempt_id))
    if asks_too_fast(request, visit):
        return show_unsure(visit, attempt)
    try:
        check_attempt(attempt_id, at=clock.now())
    except GatewayUnavailable:
        return show_unsure(visit, attempt)
    return to_page(visit.link, again=str(attempt_id))


def _is_undecided(attempt: Attempt) -> bool:
    """Only these can have news; others are not worth a call to the gateway."""
    if attempt.state == AttemptState.AUTHORIZED:
        return attempt.order.is_under_review
    return attempt.state == AttemptState.BEGUN


@customer("POST")
def resume(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Go on with the running attempt, unless the gateway has decided it meanwhile."""
    if visit.view != View.RUNNING or visit.attempt is None:
        return to_page(visit.link)
    if is_too_fast(request, visit):
        return _too_fast(visit)
    try:
        attempt = check_attempt(visit.attempt.pk, at=clock.now())
        if attempt.state != AttemptState.BEGUN:
            return to_page(visit.link, again=str(attempt.pk))
        if not attempt.redirect_url:
            attempt = open_session(attempt)
    except DomainError as error:
        return show_problem(visit, error.message, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return SeeOther(attempt.redirect_url)


@customer("POST")
def restart(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Close the running attempt at the gateway; then the form is open again.

    Past the end of the link nothing new could begin, so the attempt stays.
    """
    if visit.view != View.RUNNING or visit.attempt is None or not visit.link.is_open(visit.at):
        return to_page(visit.link)
    if is_too_fast(request, visit):
        return _too_fast(visit)
    try:
        close_attempt(visit.attempt.pk, closing=Closing(Actor.customer(), "started_again"), at=clock.now())
    except DomainError as error:
        if error.code == "just_paid":
            return to_page(visit.link)
        return show_problem(visit, error.message, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return to_page(visit.link)


@customer("POST")
def ask(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask the shop for a new link; said again, it is the same wish."""
    if is_too_fast(request, visit):
        return _too_fast(visit) if visit.view == View.EXPIRED and visit.may_ask else to_page(visit.link)
    request_new_link(visit.link.pk, at=visit.at)
    return to_page(visit.link)


def _too_fast(visit: Visit) -> HttpResponse:
    words = _("Too many tries in a short time. Wait a few minutes, then try again.")
    return show_problem(visit, words, status=HTTPStatus.TOO_MANY_REQUESTS)
