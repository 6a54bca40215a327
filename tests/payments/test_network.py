"""What the wire does: a real server on loopback, a real timeout, and nobody there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from payments.gateway import GatewayUnavailable, Outcome, SessionState
from payments.gateways import gateway_for
from payments.models import GatewayAccount
from sandbox.models import Behaviour
from tests.faults.aftermath import until
from tests.payments.bench import SandboxBench


@pytest.fixture
def served(live_server: Any, account: GatewayAccount, settings: Any) -> SandboxBench:
    """The sandbox behind a real HTTP server, with a short patience on our side."""
    settings.SANDBOX_TRANSPORT = "http"
    settings.SANDBOX_URL = f"{live_server.url}/sandbox"
    settings.SANDBOX_STALL_SECONDS = 0.6
    settings.GATEWAY_READ_SECONDS = 60
    return SandboxBench(account)


def impatient(account: GatewayAccount, settings: Any) -> Any:
    settings.GATEWAY_READ_SECONDS = 0.2
    return gateway_for(account)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("fault", "was_done"), [("timeout_before", False), ("timeout_after", True)])
def test_a_read_timeout_is_unknown_until_asked(
    served: SandboxBench,
    account: GatewayAccount,
    settings: Any,
    fault: str,
    was_done: bool,
) -> None:
    paid = served.paid()
    served.next_answer(fault)
    gateway = impatient(account, settings)
    result = gateway.capture(paid.payment_reference, 100, "SEK", (), "key-1")
    assert result.outcome == Outcome.UNKNOWN
    assert until(lambda: not Behaviour.objects.exists())  # it arrives, however late
    if was_done:
        assert until(lambda: served.gateway.lookup("key-1"))
    else:
        assert served.gateway.lookup("key-1") is None
    again = served.gateway.capture(paid.payment_reference, 100, "SEK", (), "key-1")
    assert again.outcome == Outcome.SUCCEEDED
    assert served.gateway.fetch(paid.session_reference).captured_amount == 100


@pytest.fixture
def nobody(account: GatewayAccount, settings: Any) -> Iterator[Any]:
    """A port that is ours, where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.SANDBOX_TRANSPORT = "http"
        settings.SANDBOX_URL = f"http://127.0.0.1:{taken.getsockname()[1]}/sandbox"
        yield gateway_for(account)


def test_a_refused_connection_is_retryable(nobody: Any) -> None:
    assert nobody.void("payment", "key-1").outcome == Outcome.RETRYABLE
    assert nobody.lookup("key-1").outcome == Outcome.UNKNOWN
    with pytest.raises(GatewayUnavailable) as caught:
        nobody.fetch("session")
    assert not caught.value.was_sent


class _Broken(BaseHTTPRequestHandler):
    answer = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.wfile.write(self.answer)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def broken(account: GatewayAccount, settings: Any) -> Iterator[Any]:
    """A server that takes the request and answers nonsense."""
    server = HTTPServer(("127.0.0.1", 0), _Broken)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.SANDBOX_TRANSPORT = "http"
    settings.SANDBOX_URL = f"http://127.0.0.1:{server.server_port}/sandbox"
    yield gateway_for(account)
    server.shutdown()
    thread.join()
    server.server_close()


def _http(status: str, body: bytes = b"{}") -> bytes:
    return b"HTTP/1.0 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        _http("200 OK", b"<html>proxy</html>"),
        _http("200 OK", b"[]"),
        _http("200 OK", b"{}"),
        _http("200 OK", b'{"state":"succeeded"}'),
        _http("200 OK", b'{"state":"nobody knows","reference":"x"}'),
        _http("302 Found"),
        _http("404 Not Found", b"<h1>no route</h1>"),
        _http("404 Not Found"),
        _http("502 Bad Gateway"),
        _http("503 Service Unavailable", b'{"error":{"code":"declined"}}'),
    ],
)
def test_an_answer_that_says_nothing_is_unknown(broken: Any, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(_Broken, "answer", answer)
    assert broken.void("payment", "key-1").outcome == Outcome.UNKNOWN
    assert broken.lookup("key-1").outcome == Outcome.UNKNOWN
    with pytest.raises(GatewayUnavailable):
        broken.fetch("session")


def test_only_the_sandbox_itself_says_that_a_session_is_unknown(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = b'{"error":{"code":"no_such_session","message":""}}'
    monkeypatch.setattr(_Broken, "answer", _http("404 Not Found", missing))
    assert broken.fetch("session").state == SessionState.UNKNOWN


@pytest.mark.parametrize("status", ["401 Unauthorized", "429 Too Many Requests"])
def test_a_request_refused_unheard_can_be_made_again(
    broken: Any, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    body = b'{"error":{"code":"unauthorized","message":""}}'
    monkeypatch.setattr(_Broken, "answer", _http(status, body))
    assert broken.void("payment", "key-1").outcome == Outcome.RETRYABLE
    assert broken.lookup("key-1").outcome == Outcome.UNKNOWN
