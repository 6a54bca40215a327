"""Terms are fetched from the public internet only, and kept by content."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from accounts import actions, tasks, terms
from accounts.models import AuditEntry, Store, TermsCopy
from common import clock, net
from common.actor import Actor
from tests.cast import Company


class Shop(BaseHTTPRequestHandler):
    """A shop's web server; `pages` maps a path to status, type, body and location."""

    pages: dict[str, tuple[int, str, bytes, str]] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, kind, body, location = self.pages.get(self.path, (404, "text/plain", b"", ""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def shop(settings: Settings) -> Iterator[str]:
    settings.FETCH_PRIVATE_ADDRESSES = True
    Shop.pages, Shop.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def html(text: str) -> tuple[int, str, bytes, str]:
    head = "<html><head><title>T</title></head><body><script>x=1</script>"
    return 200, "text/html; charset=utf-8", f"{head}<h1>Köpvillkor</h1><p>{text}</p></body></html>".encode(), ""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:0:0:0:0:f5ff:fffe",
    ],
)  # fmt: skip
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not net.is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::6810:84e5", "::ffff:93.184.215.14"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert net.is_public(address)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://shop.example/terms", "https"),
        ("https://127.0.0.1/terms", "public internet"),
        ("https://localhost/terms", "public internet"),
        ("https://[::1]/terms", "public internet"),
        ("https://2130706433/terms", "public internet"),
        ("https://me:secret@shop.example/terms", "user name"),
        ("https:///terms", "read"),
        ("file:///etc/passwd", "read"),
        ("gopher://shop.example/", "https"),
        ("https://[::1", "read"),
        ("https://shop.example:99999/", "read"),
        (f"https://{'ö' * 70}.example/", "read"),
        ("https://shöp..example/", "read"),
    ],
)
def test_what_is_not_a_public_https_page_is_refused(url: str, words: str) -> None:
    with pytest.raises(net.FetchError, match=words):
        net.fetch(url)


def test_a_name_that_resolves_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(net.socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(net.FetchError, match="public internet"):
        net.fetch("https://rebinding.example/terms")


def test_a_name_server_that_never_answers_is_waited_for_no_longer_than_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = threading.Event()
    monkeypatch.setattr(net.socket, "getaddrinfo", lambda *_, **__: ends.wait(120) and [])
    monkeypatch.setitem(net._TIMEOUT, "connect", 0.2)
    started = time.monotonic()
    with pytest.raises(net.FetchError, match="too long"):
        net.fetch("https://silent.example/terms")
    assert time.monotonic() - started < 60
    ends.set()


def test_each_redirect_is_checked_again(shop: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Shop.pages["/terms"] = (302, "text/plain", b"", "http://169.254.169.254/secret")
    checked: list[str] = []
    real = net.PublicBackend._resolve

    def resolve(host: str, port: int, seconds: float) -> list[str]:
        checked.append(host)
        settings.FETCH_PRIVATE_ADDRESSES = host == "127.0.0.1"
        return real(host, port, seconds)

    monkeypatch.setattr(net.PublicBackend, "_resolve", staticmethod(resolve))
    with pytest.raises(net.FetchError, match="public internet"):
        net.fetch(f"{shop}/terms")
    assert checked == ["127.0.0.1", "169.254.169.254"]


def test_redirects_are_followed_five_times(shop: str) -> None:
    for number in range(6):
        Shop.pages[f"/{number}"] = (301, "text/plain", b"", f"/{number + 1}")
    Shop.pages["/6"] = html("Hello")
    assert net.fetch(f"{shop}/1").url == f"{shop}/6"
    with pytest.raises(net.FetchError, match="too often"):
        net.fetch(f"{shop}/0")


def test_a_page_over_a_megabyte_is_not_read(shop: str) -> None:
    Shop.pages["/terms"] = (200, "text/plain", b"x" * 1_000_001, "")
    with pytest.raises(net.FetchError, match="1 MB"):
        net.fetch(f"{shop}/terms")


@pytest.mark.parametrize("location", ["https://[::1", "http://[bad]/", f"https://{'ö' * 70}.example/"])
def test_a_redirect_to_what_is_no_address_is_refused(shop: str, location: str) -> None:
    Shop.pages["/terms"] = (302, "text/plain", b"", location.encode().decode("latin-1"))
    with pytest.raises(net.FetchError):
        net.fetch(f"{shop}/terms")


@pytest.fixture
def dribbler(settings: Settings) -> Iterator[str]:
    """A server that sends one byte of an endless header now and then."""
    settings.FETCH_PRIVATE_ADDRESSES = True
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def dribble() -> None:
            with contextlib.suppress(OSError):
                peer, _address = listener.accept()
                with peer:
                    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
                    for _byte in range(2_400):  # two minutes, then it is over by itself
                        is_over.wait(0.05)
                        peer.sendall(b"x")

        thread = threading.Thread(target=dribble, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        is_over.set()
        # who had no time left to connect at all has left it waiting
        socket.create_connection(listener.getsockname()).close()
        thread.join()


def test_a_server_that_dribbles_ends_in_time(dribbler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net, "TOTAL_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(net.FetchError, match="too long"):
        net.fetch(dribbler)
    assert time.monotonic() - began < 60


@pytest.fixture
def home(store: Store, shop: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Acme's store, whose terms link leads to the shop on loopback."""
    real = net.fetch
    monkeypatch.setattr(terms.net, "fetch", lambda url: real(url.replace("https://acme.example", shop)))
    return store


def look(store: Store, at: datetime) -> Store:
    terms.refresh(store.pk, at)
    return Store.objects.get(pk=store.pk)


def test_the_text_people_read_is_kept_once_per_content(home: Store, at: datetime) -> None:
    Shop.pages["/terms"] = html("Returns within 14 days.")
    store = look(home, at)
    assert (store.terms_state, store.terms_checked_at, store.terms_problem) == ("reachable", at, "")
    copy = terms.current_copy(store)
    assert copy is not None
    assert copy.content == "Köpvillkor\n\nReturns within 14 days."
    look(home, at + timedelta(days=1))
    assert TermsCopy.objects.get().last_seen_at == at + timedelta(days=1)
    Shop.pages["/terms"] = html("Returns within 30 days.")
    look(home, at + timedelta(days=2))
    assert TermsCopy.objects.count() == 2
    newest = terms.current_copy(store)
    assert newest is not None
    assert "30 days" in newest.content
    assert AuditEntry.objects.filter(kind="terms.fetched").count() == 2


def test_a_page_that_fails_says_why_and_keeps_the_last_copy(home: Store, at: datetime) -> None:
    Shop.pages["/terms"] = html("Returns within 14 days.")
    look(home, at)
    Shop.pages["/terms"] = (500, "text/html", b"", "")
    store = look(home, at + timedelta(days=1))
    assert store.terms_state == "unreachable"
    assert store.terms_problem == "The page answers with status 500."
    assert terms.current_copy(store) is not None


def test_a_file_that_is_no_text_is_named(home: Store, at: datetime) -> None:
    Shop.pages["/terms"] = (200, "application/pdf", b"%PDF", "")
    assert "application/pdf" in look(home, at).terms_problem


def test_a_changed_link_is_fetched_and_never_booked_to_the_old_one(store: Store, at: datetime) -> None:
    by = Actor.system()
    actions.configure_store(store, {"terms_url": "https://acme.example/new"}, by=by, at=at)
    assert actions.book_terms(store.pk, "https://acme.example/terms", "Old", "text/plain", at=at) is None
    store.refresh_from_db()
    assert store.terms_state == "unchecked"
    assert terms.current_copy(store) is None


def test_terms_are_looked_at_daily_and_hourly_while_they_fail(store: Store, at: datetime) -> None:
    assert store.pk in terms.due(at)
    actions.book_terms(store.pk, store.terms_url, "Text", "text/plain", at=at)
    assert store.pk not in terms.due(at + timedelta(hours=23))
    assert store.pk in terms.due(at + timedelta(hours=24))
    actions.book_terms_problem(store.pk, store.terms_url, "Gone", at=at)
    assert store.pk not in terms.due(at + timedelta(minutes=59))
    assert store.pk in terms.due(at + timedelta(hours=1))


def test_a_page_that_breaks_its_reader_lets_the_others_have_their_turn(
    acme: Company, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = [acme.store, acme.second_store]
    for number, store in enumerate(stores):
        Store.objects.filter(pk=store.pk).update(terms_url=f"https://acme.example/{number}", terms_checked_at=None)

    def fetch(url: str) -> net.Fetched:
        if url.endswith("/0"):
            raise AssertionError("poison")
        return net.Fetched(url, "text/plain", "", b"Returns within 14 days.")

    monkeypatch.setattr(terms.net, "fetch", fetch)
    assert {store.pk for store in stores} <= set(terms.due(at))
    tasks.sweep_terms()
    poisoned, good = (Store.objects.get(pk=store.pk) for store in stores)
    assert (poisoned.terms_state, poisoned.terms_problem) == ("unreachable", "The page cannot be read.")
    assert good.terms_state == "reachable"
    assert not {store.pk for store in stores} & set(terms.due(clock.now()))


def test_a_store_that_cannot_even_be_booked_does_not_stop_the_sweep(
    acme: Company, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []

    def refresh(store_id: int, at: datetime) -> None:
        turns.append(store_id)
        raise RuntimeError("no")

    monkeypatch.setattr(terms, "refresh", refresh)
    due = terms.due(at)
    tasks.sweep_terms()
    assert turns == due
    assert len(due) > 1


@pytest.mark.parametrize("charset", ["idna", "punycode", "utf-7", "nothing", "a\0b"])
def test_an_odd_encoding_is_read_as_far_as_it_goes(charset: str) -> None:
    page = net.Fetched("https://acme.example/", "text/plain", charset, "Köpvillkor +2AA-".encode())
    assert "pvillkor" in terms.text_of(page)
