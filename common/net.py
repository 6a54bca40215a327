"""Fetching an address somebody typed, without letting it reach our own network.

Every connection, redirects included, resolves the name itself and connects to exactly
the address that was checked; what a name server says a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

MAX_BYTES = 1_000_000
MAX_REDIRECTS = 5
TOTAL_SECONDS = 20.0
_TIMEOUT = {"connect": 5.0, "read": 10.0, "write": 5.0, "pool": 5.0}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HTTP_OK = 200


class FetchError(Exception):
    """Why nothing came back, in words for people."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered after its redirects."""

    url: str
    content_type: str
    charset: str
    body: bytes


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also behind a tunnel's notation."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def fetch(url: str) -> Fetched:
    """GET an https address: public hosts only, at most 1 MB, 5 redirects and 20 seconds.

    Raises FetchError. Addresses inside the own network, and plain http, are allowed by
    settings.FETCH_PRIVATE_ADDRESSES only (tests).
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    backend = PublicBackend(deadline)
    with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, retries=0) as pool:
        for _hop in range(MAX_REDIRECTS + 1):
            try:
                answer = _get(pool, _checked(url))
                if isinstance(answer, Fetched):
                    return answer
                url = urljoin(url, answer)
            except ValueError as error:  # half an IPv6 address, a name IDNA refuses: typed, or redirected to
                raise FetchError(_("The address cannot be read.")) from error
    raise FetchError(_("The page redirects too often."))


def _is_private_allowed() -> bool:
    return bool(getattr(settings, "FETCH_PRIVATE_ADDRESSES", False))


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise FetchError(_("The address cannot be read."))
    if parts.scheme != "https" and not (_is_private_allowed() and parts.scheme == "http"):
        raise FetchError(_("The page is not reachable by https."))
    if parts.username or parts.password:
        raise FetchError(_("The address must not contain a user name."))
    host = str(parts.hostname).encode("idna").decode() if not str(parts.hostname).isascii() else parts.hostname
    netloc = f"[{host}]" if ":" in str(host) else str(host)
    return parts._replace(netloc=f"{netloc}:{parts.port}" if parts.port else netloc, fragment="").geturl()


def _get(pool: httpcore.ConnectionPool, url: str) -> Fetched | str:
    """The page, or the address it redirects to."""
    headers = [
        ("Host", urlsplit(url).netloc),
        ("User-Agent", "Counterfoil"),
        ("Accept", "text/html, text/plain"),
        ("Accept-Encoding", "identity"),  # a small answer that unpacks to gigabytes is not taken
    ]
    target = _ascii(url)
    try:
        with pool.stream("GET", target, headers=headers, extensions={"timeout": _TIMEOUT}) as answer:
            return _read(answer, url)
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchError(_words(error)) from error


def _ascii(url: str) -> str:
    parts = urlsplit(url)
    safe = "/%:@!$&'()*+,;=-._~?"
    return parts._replace(path=quote(parts.path, safe=safe), query=quote(parts.query, safe=safe)).geturl()


def _read(answer: httpcore.Response, url: str) -> Fetched | str:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    if answer.status in _REDIRECTS and headers.get("location"):
        return headers["location"]
    if answer.status != _HTTP_OK:
        raise FetchError(_("The page answers with status %(status)s.") % {"status": answer.status})
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchError(_("The page is sent compressed although that was not asked for."))
    body = bytearray()
    for chunk in answer.iter_stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise FetchError(_("The page is larger than 1 MB."))
    kind, _sep, rest = headers.get("content-type", "").partition(";")
    return Fetched(url, kind.strip().lower(), _charset(rest), bytes(body))


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _sep, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return ""


def _words(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return _("The page took too long.")
    if isinstance(error, httpcore.ConnectError):
        return str(error) or _("No connection to the page.")
    return _("The connection broke off.")


def _looked_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name. A name server has no timeout of its own: a thread waits for it, not we."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="name server", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty as error:
        raise httpcore.ConnectTimeout from error
    if isinstance(answer, Exception):
        raise httpcore.ConnectError(_("The host name is not known.")) from answer
    return answer


class TimedStream(httpcore.NetworkStream):
    """A stream that ends at a moment: one byte every few seconds does not keep a worker for ever."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived, headers and handshakes included."""
        return self._stream.read(max_bytes, _until(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._stream.write(buffer, _until(self._deadline, timeout))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same stream, encrypted and with the same end."""
        inner = self._stream.start_tls(ssl_context, server_hostname, _until(self._deadline, timeout))
        return TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the socket."""
        return self._stream.get_extra_info(info)


def _until(deadline: float, timeout: float | None) -> float:
    """The timeout, or what is left before the deadline when that is less."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(timeout, left)


class PublicBackend(httpcore.NetworkBackend):
    """Connects to public addresses only: resolves, checks, then dials the checked address."""

    def __init__(self, deadline: float) -> None:
        self._dialer = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Dial the first reachable of the host's addresses; all of them must be public."""
        addresses = self._resolve(host, port, _until(self._deadline, timeout))
        problem: Exception | None = None
        for address in addresses:
            left = _until(self._deadline, timeout)
            try:
                stream = self._dialer.connect_tcp(address, port, left, local_address, socket_options)
                return TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise httpcore.ConnectError(_("No connection to the page.")) from problem

    @staticmethod
    def _resolve(host: str, port: int, seconds: float) -> list[str]:
        addresses = _looked_up(host, port, seconds)
        if not _is_private_allowed() and not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError(_("The page is not on the public internet."))
        return addresses

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: object = None
    ) -> httpcore.NetworkStream:
        """Never."""
        raise httpcore.ConnectError(_("No connection to the page."))

    def sleep(self, seconds: float) -> None:
        """Wait between tries."""
        self._dialer.sleep(seconds)
