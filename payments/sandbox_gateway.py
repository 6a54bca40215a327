"""The sandbox behind the protocol every gateway answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from developers.models import Action
from payments import sandbox_reading, sandbox_webhook
from payments.gateway import (
    BeginRequest,
    Begun,
    GatewayRefused,
    GatewayUnavailable,
    Line,
    Method,
    Outcome,
    Result,
    SessionState,
    Snapshot,
    WebhookEvent,
)
from payments.models import GatewayAccount
from payments.sandbox_client import Answer, SandboxClient
from payments.sandbox_methods import all_methods, is_offered

_MOVED = (HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.PAYMENT_REQUIRED)
# refused before anything was looked at: worth another try, with nothing to find out
_NOT_HEARD = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


class SandboxGateway:
    """One store's account at the sandbox."""

    identifier = "sandbox"

    def __init__(self, account: GatewayAccount) -> None:
        self._account = account.pk
        self._client = SandboxClient(account)

    @property
    def checkout_origins(self) -> tuple[str, ...]:
        """Its hosted page lies beside its API."""
        return tuple({_origin(settings.PUBLIC_URL), _origin(settings.SANDBOX_URL)})

    def methods(self, country: str, currency: str) -> tuple[Method, ...]:
        """Card everywhere; Klarna in five countries; Swish for Swedish kronor in Sweden."""
        return tuple(m for m in all_methods() if is_offered(m, country, currency))

    def method(self, code: str) -> Method:
        """One of them by its code. Raises GatewayRefused."""
        for method in all_methods():
            if method.code == code:
                return method
        raise GatewayRefused("method_unknown", _("The gateway does not know this way to pay."))

    def begin(self, request: BeginRequest) -> Begun:
        """Open a session. Raises GatewayUnavailable or GatewayRefused."""
        body = asdict(request)
        body["our_reference"] = body.pop("reference")
        body["expires_at"] = request.expires_at.isoformat()
        answer = self._client.post(Action.BEGIN, "sessions", body)
        if answer.status != HTTPStatus.CREATED:
            raise _refused(answer)
        try:
            return Begun(answer.body["id"], answer.body["redirect_url"])
        except KeyError as error:
            raise GatewayUnavailable(_("The gateway's answer cannot be read.")) from error

    def close(self, session_reference: str) -> Snapshot:
        """End an open session, or read how it ended. Raises GatewayUnavailable."""
        path = f"sessions/{quote(session_reference, safe='')}/close"
        return _snapshot(self._client.post(Action.CLOSE, path, {}), session_reference)

    def fetch(self, session_reference: str) -> Snapshot:
        """What is true now. Raises GatewayUnavailable."""
        path = f"sessions/{quote(session_reference, safe='')}"
        return _snapshot(self._client.get(Action.FETCH, path), session_reference)

    def capture(self, payment_reference: str, amount: int, currency: str, lines: tuple[Line, ...], key: str) -> Result:
        """Take `amount` minor units of what is reserved."""
        money = {"amount": amount, "currency": currency, "lines": lines}
        return self._move(Action.CAPTURE, payment_reference, "captures", key, **money)

    def refund(self, payment_reference: str, amount: int, currency: str, lines: tuple[Line, ...], key: str) -> Result:
        """Give `amount` minor units of what was captured back."""
        money = {"amount": amount, "currency": currency, "lines": lines}
        return self._move(Action.REFUND, payment_reference, "refunds", key, **money)

    def void(self, payment_reference: str, key: str) -> Result:
        """Let go of the whole reservation."""
        return self._move(Action.VOID, payment_reference, "void", key)

    def release_remaining(self, payment_reference: str, key: str) -> Result:
        """Let go of what is still reserved after a capture."""
        return self._move(Action.RELEASE, payment_reference, "release", key)

    def extend(self, payment_reference: str, key: str) -> Result:
        """Keep the reservation longer; the result's `expires_at` is its new end."""
        return self._move(Action.EXTEND, payment_reference, "extend", key)

    def update_authorization(self, payment_reference: str, amount: int, lines: tuple[Line, ...], key: str) -> Result:
        """Reserve `amount` minor units in total instead."""
        return self._move(Action.UPDATE, payment_reference, "adjust", key, amount=amount, lines=lines)

    def lookup(self, key: str) -> Result | None:
        """What became of `key`; None only when the sandbox itself says it never arrived."""
        try:
            answer = self._client.get(Action.LOOKUP, f"operations/{quote(key, safe='')}")
            if answer.code == "no_such_operation":
                return None
            if answer.status != HTTPStatus.OK:
                return Result(Outcome.UNKNOWN, code=answer.code, message=answer.message)
            return sandbox_reading.result(answer.body)
        except GatewayUnavailable as error:
            return Result(Outcome.UNKNOWN, code=error.code, message=error.message)

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes) -> tuple[WebhookEvent, ...]:
        """Verify, then read. Raises BadSignature."""
        return sandbox_webhook.read(self._account, headers, raw)

    def check_config(self) -> None:
        """Raise GatewayRefused or GatewayUnavailable when the account cannot be used."""
        answer = self._client.get(Action.CHECK, "account")
        if answer.status != HTTPStatus.OK:
            raise _refused(answer)

    def _move(self, action: Action, payment_reference: str, verb: str, key: str, **body: Any) -> Result:
        path = f"payments/{quote(payment_reference, safe='')}/{verb}"
        body["lines"] = [dict(line) for line in body.get("lines", ())]
        try:
            return _result(self._client.post(action, path, body, key))
        except GatewayUnavailable as error:
            outcome = Outcome.UNKNOWN if error.was_sent else Outcome.RETRYABLE
            return Result(outcome, code=error.code, message=error.message)


def _result(answer: Answer) -> Result:
    if answer.status in _MOVED and "state" in answer.body:
        return sandbox_reading.result(answer.body)
    if not answer.code:
        raise GatewayUnavailable(_("The gateway's answer cannot be read."))
    outcome = Outcome.RETRYABLE if answer.status in _NOT_HEARD else Outcome.DECLINED
    return Result(outcome, code=answer.code, message=answer.message)


def _snapshot(answer: Answer, session_reference: str) -> Snapshot:
    if answer.code == "no_such_session":
        return Snapshot(SessionState.UNKNOWN, session_reference)
    if answer.status != HTTPStatus.OK:
        raise GatewayUnavailable(answer.message or _("The gateway's answer cannot be read."))
    return sandbox_reading.snapshot(answer.body)


def _refused(answer: Answer) -> GatewayRefused | GatewayUnavailable:
    """A key that is not taken (again) refuses nothing about this payment: it may be mended."""
    if answer.status in _NOT_HEARD:
        return GatewayUnavailable(answer.message, was_sent=False)
    if not answer.code:
        return GatewayUnavailable(_("The gateway's answer cannot be read."))
    return GatewayRefused(answer.code, answer.message)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
