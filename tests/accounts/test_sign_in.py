"""Sign-in by link, as people and mail scanners do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts import actions, tasks
from accounts.models import AuditEntry, SignInLink, User
from accounts.sign_in import token_of
from messaging.models import Message
from tests.cast import Company

SIGN_IN = "/sign-in/"


def ask(client: Client, email: str, **data: str):
    return client.post(SIGN_IN, {"email": email, **data})


def newest(email: str) -> SignInLink:
    return SignInLink.objects.filter(email=email).latest("created_at")


def page_of(link: SignInLink) -> str:
    return reverse("accounts:sign_in_link", args=[token_of(link)])


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


@pytest.fixture
def link(alice: User, at: datetime) -> SignInLink:
    actions.request_link(alice.email, next_path="/orders/?q=x", language="en", at=at)
    return newest(alice.email)


def test_the_mailed_link_signs_in_and_goes_on_to_the_page_asked_for(client: Client, alice: User) -> None:
    answer = ask(client, " Alice@ACME.example ", next="/account/?tab=1")
    assert answer.url == "/sign-in/sent/"
    assert b"alice@acme.example" in client.get(answer.url).content
    message = Message.objects.get()
    tasks.deliver_sign_in(str(message.pk))
    [letter] = outbox.outbox
    assert letter.to == ["alice@acme.example"]
    path = page_of(newest(alice.email))
    assert f"http://testserver{path}" in letter.body
    assert f"http://testserver{path}" in letter.alternatives[0][0]
    answer = client.post(path)
    assert answer.url == "/account/?tab=1"
    assert is_signed_in(client)
    assert AuditEntry.objects.get(kind="user.signed_in").actor == alice.email


def test_opening_the_link_however_often_consumes_nothing(client: Client, link: SignInLink) -> None:
    before = AuditEntry.objects.count()
    for method in (client.get, client.head, client.get):
        assert method(page_of(link)).status_code == 200
    link.refresh_from_db()
    assert link.used_at is None
    assert AuditEntry.objects.count() == before
    assert not is_signed_in(client)


def test_a_link_signs_in_once(client: Client, link: SignInLink) -> None:
    assert client.post(page_of(link)).status_code == 302
    other = Client()
    answer = other.post(page_of(link))
    assert answer.status_code == 410
    assert b"has been used" in answer.content
    assert b"Send a new link" in answer.content
    assert not is_signed_in(other)


def test_a_second_tab_of_the_same_browser_goes_on_instead_of_failing(link: SignInLink) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get(page_of(link))
    stale = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    assert browser.post(page_of(link), stale).url == "/orders/?q=x"
    assert browser.post(page_of(link), stale).url == "/orders/?q=x"
    assert b"You are signed in" in browser.get(page_of(link)).content


def test_signing_in_needs_the_page_of_this_portal(link: SignInLink) -> None:
    assert Client(enforce_csrf_checks=True).post(page_of(link)).status_code == 403
    link.refresh_from_db()
    assert link.used_at is None


def test_a_link_works_for_fifteen_minutes(client: Client, link: SignInLink) -> None:
    with time_machine.travel(link.expires_at - timedelta(seconds=1), tick=False):
        assert client.get(page_of(link)).status_code == 200
    with time_machine.travel(link.expires_at, tick=False):
        answer = client.post(page_of(link))
        assert answer.status_code == 410
        assert b"has expired" in answer.content
        assert link.email.encode() in answer.content  # one press asks for a new one


def test_only_the_newest_link_works(client: Client, link: SignInLink, at: datetime) -> None:
    later = at + timedelta(seconds=61)
    assert actions.request_link(link.email, next_path="", language="en", at=later)
    answer = client.post(page_of(link))
    assert answer.status_code == 410
    assert b"newer link" in answer.content
    assert not is_signed_in(client)
    with time_machine.travel(later):
        assert client.post(page_of(newest(link.email))).status_code == 302


def test_a_forged_or_cut_link_is_no_link(client: Client, link: SignInLink) -> None:
    for token in (link.nonce, f"{link.nonce}.forged", token_of(link)[:-2]):
        answer = client.post(reverse("accounts:sign_in_link", args=[token]))
        assert answer.status_code == 404
        assert b"not a sign-in link" in answer.content


def test_a_link_survives_the_rotation_of_the_key(client: Client, link: SignInLink, settings: Settings) -> None:
    path = page_of(link)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" * 6
    assert client.post(path).status_code == 302


@pytest.fixture
def frozen(at: datetime) -> Iterator[None]:
    """A clock that stands still, for pages that count the seconds."""
    with time_machine.travel(at, tick=False):
        yield


def test_unknown_addresses_get_the_same_answer_and_no_mail(acme: Company, frozen: None) -> None:
    answers = []
    counts = []
    for email in ("alice@acme.example", "nobody@nowhere.example"):
        browser = Client()
        with CaptureQueriesContext(connection) as queries:
            answer = ask(browser, email)
        page = browser.get(answer.url).content.decode().replace(email, "X")
        answers.append((answer.status_code, answer.url, page.split("<main")[1].split("csrfmiddlewaretoken")[0]))
        counts.append(len(queries))
    assert answers[0] == answers[1]
    assert counts[0] == counts[1]
    for message in Message.objects.all():
        tasks.deliver_sign_in(str(message.pk))
    assert [letter.to for letter in outbox.outbox] == [["alice@acme.example"]]
    assert Message.objects.get(recipient="nobody@nowhere.example").state == "dropped"


def test_another_link_is_sent_after_sixty_seconds_only(client: Client, alice: User) -> None:
    with time_machine.travel(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), tick=False) as clock:
        ask(client, alice.email)
        clock.shift(59)
        ask(client, alice.email)
        assert Message.objects.count() == 1
        assert b'data-wait="2"' in client.get("/sign-in/sent/").content
        clock.shift(2)
        assert b"data-wait=" not in client.get("/sign-in/sent/").content
        ask(client, alice.email)
        assert Message.objects.count() == 2
        assert SignInLink.objects.filter(replaced_at=None).count() == 1


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "orders/"]
)
def test_the_next_path_stays_on_this_portal(client: Client, alice: User, path: str) -> None:
    ask(client, alice.email, next=path)
    assert newest(alice.email).next_path == ""
    assert client.post(page_of(newest(alice.email))).url == "/"


def test_an_address_that_is_none_is_refused_with_words(client: Client, db: None) -> None:
    answer = ask(client, "alice")
    assert answer.status_code == 422
    assert b"such as name@example.com" in answer.content
    assert not SignInLink.objects.exists()


def test_one_network_cannot_ask_for_ever(client: Client, db: None) -> None:
    codes = [ask(client, f"somebody{number}@acme.example").status_code for number in range(31)]
    assert codes == [302] * 30 + [429]


def test_a_stranger_cannot_lock_somebody_out(alice: User, at: datetime) -> None:
    stranger, owner = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="198.51.100.20")
    codes = [ask(stranger, alice.email).status_code for _ in range(21)]
    assert codes == [302] * 20 + [429]
    with time_machine.travel(at + timedelta(seconds=70)):
        assert ask(owner, alice.email).status_code == 302
        assert Message.objects.count() == 2


def test_a_mailbox_is_not_flooded_from_many_networks_and_nobody_is_told(
    alice: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.views.sign_in._PER_ADDRESS", 2)
    pages = []
    for number in range(4):
        with time_machine.travel(at + timedelta(seconds=70 * number), tick=False):
            browser = Client(REMOTE_ADDR=f"203.0.113.{number}")
            answer = ask(browser, alice.email)
            page = browser.get(answer.url).content.decode()
            pages.append((answer.status_code, answer.url, page.split("<main")[1].split("csrfmiddlewaretoken")[0]))
    assert len(set(pages)) == 1
    assert Message.objects.count() == 2


def test_a_clock_moved_back_holds_nobody_up(client: Client, link: SignInLink, at: datetime) -> None:
    assert actions.request_link(link.email, next_path="", language="en", at=at - timedelta(days=3))
    link.refresh_from_db()
    assert link.replaced_at is not None
    with time_machine.travel(at - timedelta(days=3)):
        assert client.post(page_of(SignInLink.objects.get(replaced_at=None))).status_code == 302


def test_a_deactivated_person_gets_no_mail_and_is_not_signed_in(client: Client, link: SignInLink) -> None:
    User.objects.filter(email=link.email).update(is_active=False)
    tasks.deliver_sign_in(str(Message.objects.get().pk))
    assert not outbox.outbox
    assert client.post(page_of(link)).status_code in (404, 410)
    assert not is_signed_in(client)


def test_old_links_are_forgotten(link: SignInLink, at: datetime) -> None:
    assert actions.tidy(at=at + timedelta(days=29)) == 0
    assert actions.tidy(at=at + timedelta(days=31)) == 1
