"""What browsers are told, and who is let in."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from django.urls import reverse

from portal.security import build_policy
from tests.cast import Company

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/orders/?q=bowl"}


def test_every_answer_forbids_inline_code_and_foreign_frames(client: Client):
    for path in ("/sign-in/", "/nowhere/", "/pay/nothing/", "/healthz"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_a_page_may_name_where_its_form_leads():
    policy = build_policy({"form-action": ["'self'"], "base-uri": ["'none'"]}, {"form-action": ["https://gw.example"]})
    assert policy == "form-action 'self' https://gw.example; base-uri 'none'"


def test_other_headers_protect_too(client: Client):
    answer = client.get("/sign-in/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_without_a_session_people_are_sent_to_sign_in_and_back(client: Client):
    answer = client.get("/orders/?q=bowl")
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('accounts:sign_in')}?next=/orders/%3Fq%3Dbowl"


def test_htmx_is_told_to_leave_the_page(client: Client):
    answer = client.get("/orders/", headers=HTMX)
    assert answer["HX-Redirect"] == f"{reverse('accounts:sign_in')}?next=/orders/%3Fq%3Dbowl"
    assert b"<" not in answer.content


def test_a_foreign_page_is_no_way_back(client: Client):
    answer = client.get("/orders/", headers={**HTMX, "HX-Current-URL": "http://testserver.evil.example/orders/"})
    assert answer["HX-Redirect"] == f"{reverse('accounts:sign_in')}?next=/"


def test_what_members_see_stays_out_of_caches(alice_client: Client):
    assert alice_client.get("/orders/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("asked_by", "is_small"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), ("", False)],
)
def test_pages_are_compressed_unless_another_site_asks(alice_client: Client, asked_by: str, is_small: bool):
    site = {"Sec-Fetch-Site": asked_by} if asked_by else {}
    answer = alice_client.get("/orders/", headers={"Accept-Encoding": "gzip", **site})
    assert answer.status_code == 200
    assert (answer.get("Content-Encoding") == "gzip") is is_small


def test_a_file_is_never_compressed_again(alice_client: Client):
    answer = alice_client.get("/healthz", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"})
    assert "Content-Encoding" not in answer


def test_a_customers_page_opens_no_session(client: Client, acme: Company):
    answer = client.get("/pay/nothing/")
    assert "sessionid" not in answer.cookies
    assert answer.wsgi_request.session.accessed is False


def test_a_request_keeps_a_sensible_id_and_replaces_any_other(client: Client):
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-0123456789"})["X-Request-ID"] == "proxy-0123456789"
    forged = client.get("/healthz", headers={"X-Request-ID": 'x" injected'})["X-Request-ID"]
    assert len(forged) == 32


def test_the_log_names_the_route_and_never_the_address(client: Client, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger="portal.middleware"):
        client.get("/pay/a-secret-token/")
    lines = [str(record.msg) for record in caplog.records if record.name == "portal.middleware"]
    assert len(lines) == 1
    assert "pay/<str:token>/" in lines[0]
    assert "a-secret-token" not in lines[0]
