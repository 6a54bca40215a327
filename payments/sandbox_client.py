"""HTTP to the sandbox: what was sent, what surely was not, and what nobody knows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from common.http import client
from common.keys import derive
from common.standard_webhooks import secret_of
from developers.models import Action
from payments.exchange import exchange
from payments.gateway import GatewayUnavailable
from payments.models import GatewayAccount

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 10.0
# raised before a byte has left: the wish can be made again without asking
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON of an answer that was understood."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The error's code, when it is one."""
        return str(self._error.get("code", ""))

    @property
    def message(self) -> str:
        """The error's words."""
        return str(self._error.get("message", ""))

    @property
    def _error(self) -> dict[str, Any]:
        error = self.body.get("error")
        return error if isinstance(error, dict) else {}


def webhook_secret(account: uuid.UUID) -> str:
    """What the sandbox signs this account's webhooks with."""
    return secret_of(derive(settings.SANDBOX_SECRET, "sandbox.webhook", str(account)))


class SandboxClient:
    """Requests of one account."""

    def __init__(self, account: GatewayAccount) -> None:
        self._account = account
        mac = derive(settings.SANDBOX_SECRET, "sandbox.api", str(account.pk)).hex()
        self._authorization = f"Bearer sk_test_{account.pk.hex}_{mac}"
        self._timeout = httpx.Timeout(
            float(getattr(settings, "GATEWAY_READ_SECONDS", _READ_SECONDS)),
            connect=float(getattr(settings, "GATEWAY_CONNECT_SECONDS", _CONNECT_SECONDS)),
        )

    def get(self, action: Action, path: str) -> Answer:
        """Ask; raises GatewayUnavailable."""
        return self._send(action, "GET", path, None, "")

    def post(self, action: Action, path: str, body: dict[str, Any], key: str = "") -> Answer:
        """Wish; raises GatewayUnavailable, which knows whether the wish may have arrived."""
        return self._send(action, "POST", path, body, key)

    def _send(self, action: Action, method: str, path: str, body: dict[str, Any] | None, key: str) -> Answer:
        headers = {"authorization": self._authorization}
        if key:
            headers["idempotency-key"] = key
        url = f"{settings.SANDBOX_URL}/api/{path}"
        try:
            with client(self._timeout) as http:
                request = http.build_request(method, url, json=body, headers=headers)
                response = exchange(self._account, action, request, http.send)
        except _NOT_SENT as error:
            raise GatewayUnavailable(_("The gateway cannot be reached."), was_sent=False) from error
        except httpx.HTTPError as error:
            raise GatewayUnavailable(_("The gateway did not answer.")) from error
        return _understood(response)


def _understood(response: httpx.Response) -> Answer:
    """5xx, redirects and answers that are no JSON object say nothing about what was done."""
    status = response.status_code
    if status == HTTPStatus.NO_CONTENT:
        return Answer(status)
    try:
        body = response.json()
    except ValueError:
        body = None
    is_clear = HTTPStatus.OK <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if not is_clear or not isinstance(body, dict) or response.is_redirect:
        raise GatewayUnavailable(_("The gateway answered in a way that says nothing."))
    return Answer(status, body)
