"""The hosted page: opening changes nothing, a button decides, and the portal hears as chosen."""

from __future__ import annotations

import pytest
from django.test import Client

from sandbox.models import Session, Webhook

pytestmark = pytest.mark.django_db


def page(session: Session) -> str:
    return f"/sandbox/checkout/{session.pk}/"


def test_opening_the_page_changes_nothing(client: Client, opened: Session) -> None:
    answer = client.get(page(opened))
    opened.refresh_from_db()
    assert answer.status_code == 200
    assert opened.state == Session.State.OPEN
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_page_says_test_and_names_the_sum(client: Client, opened: Session) -> None:
    text = client.get(page(opened)).content.decode()
    assert "TEST" in text
    assert "Approve 2,068.20 SEK" in text
    assert "Serving bowl" in text


def test_the_form_is_protected_against_forgery(opened: Session) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(page(opened), {"outcome": "approve"}).status_code == 403


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("approve", "authorized"),
        ("review", "under_review"),
        ("decline", "declined"),
        ("cancel", "cancelled"),
    ],
)
def test_each_button_ends_the_session_its_way(client: Client, opened: Session, outcome: str, state: str) -> None:
    answer = client.post(page(opened), {"outcome": outcome, "tell": "both"})
    opened.refresh_from_db()
    assert opened.state == state
    assert (answer.status_code, answer.headers["Location"]) == (302, opened.return_url)


@pytest.mark.parametrize(
    ("tell", "status", "webhook"),
    [
        ("both", 302, "queued"),
        ("redirect", 302, "withheld"),
        ("webhook", 200, "queued"),
        ("neither", 200, "withheld"),
        ("", 302, "queued"),
    ],
)
def test_the_portal_is_told_as_chosen(client: Client, opened: Session, tell: str, status: int, webhook: str) -> None:
    answer = client.post(page(opened), {"outcome": "approve", "tell": tell})
    assert answer.status_code == status
    assert Webhook.objects.get().state == webhook


def test_no_answer_decides_and_tells_nothing(client: Client, opened: Session) -> None:
    answer = client.post(page(opened), {"outcome": "no_answer", "tell": "both"})
    opened.refresh_from_db()
    assert answer.status_code == 200
    assert opened.state == Session.State.OPEN
    assert not Webhook.objects.exists()


def test_a_second_decision_is_refused(client: Client, authorized: Session) -> None:
    answer = client.post(page(authorized), {"outcome": "decline"})
    authorized.refresh_from_db()
    assert answer.status_code == 409
    assert authorized.state == Session.State.AUTHORIZED


def test_nonsense_is_asked_again(client: Client, opened: Session) -> None:
    assert client.post(page(opened), {"outcome": "win"}).status_code == 422


def test_the_browser_may_follow_the_redirect_to_the_shop(client: Client, opened: Session) -> None:
    Session.objects.update(return_url="https://shop.example/back/")
    policy = client.get(page(opened)).headers["Content-Security-Policy"]
    assert "form-action 'self' https://shop.example" in policy


def test_a_label_stays_the_same_for_a_session(authorized: Session) -> None:
    from sandbox.actions.sessions import label_of

    assert authorized.payment.label == label_of(authorized)
    assert "••" in authorized.payment.label
