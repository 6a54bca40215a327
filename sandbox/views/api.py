"""The JSON API merchants speak to: bearer key in, plain objects out, errors always alike."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from common import clock
from common.db import release_connection
from sandbox import keys
from sandbox.actions import controls, operations, sessions
from sandbox.limits import Ask
from sandbox.models import Behaviour, Movement, Session
from sandbox.refusals import Refusal, not_found
from sandbox.snapshots import movement_json, session_json
from sandbox.wishes import BehaviourWish, OperationWish, SessionWish, read

Kind = Behaviour.Kind
_STATUS = {"succeeded": 200, "pending": 202, "declined": 402}
_OPERATIONS = {
    "captures": Movement.Kind.CAPTURE,
    "refunds": Movement.Kind.REFUND,
    "void": Movement.Kind.VOID,
    "release": Movement.Kind.RELEASE,
    "extend": Movement.Kind.EXTEND,
    "adjust": Movement.Kind.ADJUST,
}


def _error(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


def endpoint(method: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Check method and key, hand the account on, and answer a Refusal as JSON."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def inner(request: HttpRequest, **kwargs: object) -> HttpResponse:
            account = keys.account_of(request.headers.get("Authorization", ""))
            if account is None:
                return _error(401, "unauthorized", "The API key is missing or wrong.")
            if request.method != method:
                return _error(405, "method_not_allowed", f"Use {method}.")
            try:
                return view(request, account=account, **kwargs)
            except Refusal as refusal:
                return _error(refusal.status, refusal.code, refusal.message)

        return inner

    return decorate


def _id(text: str, what: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise not_found(what) from error


def _stall() -> HttpResponse:
    """Keep the caller waiting longer than it will, then give up on it.

    Within one process nobody could hang up, so there the answer comes at once.
    """
    is_in_process = getattr(settings, "SANDBOX_TRANSPORT", "http") == "wsgi"
    release_connection()
    time.sleep(float(getattr(settings, "SANDBOX_STALL_SECONDS", 0 if is_in_process else 12)))
    return _error(504, "timeout", "The sandbox was told to time out.")


def _with_faults(account: uuid.UUID, key: str, effect: Callable[[str], HttpResponse]) -> HttpResponse:
    kind = controls.take_behaviour(account, key)
    if kind == Kind.TIMEOUT_BEFORE:
        return _stall()
    if kind == Kind.ERROR:
        return _error(500, "internal_error", "The sandbox was told to fail.")
    answer = effect(kind)
    return _stall() if kind == Kind.TIMEOUT_AFTER else answer


@endpoint("GET")
def account_view(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
    """Proof that the key is right."""
    return JsonResponse({"account": str(account)})


@endpoint("POST")
def session_list(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
    """Open a session; the same reference again is answered with the same session."""
    wish = read(request, SessionWish)
    wish.check()
    if sessions.find_session(account, wish.our_reference):
        return _open(account, wish, Kind.SUCCEED)
    return _with_faults(account, wish.our_reference, lambda kind: _open(account, wish, kind))


def _open(account: uuid.UUID, wish: SessionWish, kind: str) -> HttpResponse:
    if kind == Kind.DECLINE:
        raise Refusal(422, "session_refused", "The sandbox was told to refuse this session.")
    at = clock.now()
    session = sessions.open_session(account, wish.model_dump(), at)
    page = reverse("sandbox:checkout", args=[session.pk])
    body = {**session_json(session, at), "redirect_url": f"{settings.PUBLIC_URL}{page}"}
    return JsonResponse(body, status=201)


@endpoint("GET")
def session_detail(request: HttpRequest, account: uuid.UUID, session: str) -> HttpResponse:
    """A session with its payment as it is now."""
    at = clock.now()
    operations.settle_due(at)
    found = Session.objects.filter(pk=_id(session, "session"), account=account).first()
    if found is None:
        raise not_found("session")
    return JsonResponse(session_json(found, at))


@endpoint("POST")
def session_close(request: HttpRequest, account: uuid.UUID, session: str) -> HttpResponse:
    """End an open session; the answer says how it really ended."""
    at = clock.now()
    closed = sessions.close_session(account, _id(session, "session"), at)
    return JsonResponse(session_json(closed, at))


@endpoint("POST")
def operation_list(request: HttpRequest, account: uuid.UUID, payment: str, verb: str) -> HttpResponse:
    """Do one operation. The Idempotency-Key header is required and counts for ever."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 100:  # noqa: PLR2004
        raise Refusal(400, "key_missing", "Send an Idempotency-Key of 1 to 100 characters.")
    if verb not in _OPERATIONS:
        raise not_found("operation")
    wish = read(request, OperationWish)
    ask = Ask(_OPERATIONS[verb], key, wish.amount, wish.currency)
    payment_id = _id(payment, "payment")

    def effect(kind: str) -> HttpResponse:
        at = clock.now()
        return _moved(operations.perform(account, payment_id, ask, behaviour=kind, at=at))

    if operations.find_movement(account, key):
        return effect(Kind.SUCCEED)
    return _with_faults(account, key, effect)


def _moved(movement: Movement) -> HttpResponse:
    return JsonResponse(movement_json(movement), status=_STATUS[movement.state])


@endpoint("GET")
def operation_detail(request: HttpRequest, account: uuid.UUID, key: str) -> HttpResponse:
    """What became of the operation with this key."""
    operations.settle_due(clock.now())
    movement = operations.find_movement(account, key)
    if movement is None:
        raise not_found("operation")
    return JsonResponse(movement_json(movement))


@endpoint("POST")
def behaviour(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
    """Choose how operations are answered from now on."""
    wish = read(request, BehaviourWish)
    controls.set_behaviour(
        wish.kind,
        at=clock.now(),
        account=wish.account(account),
        key_prefix=wish.key_prefix,
        times=wish.times,
    )
    return HttpResponse(status=204)
