"""The shell shows the places one may go to, and the refusals say why."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve

from accounts.access import Access
from common.errors import DomainError, PermissionDenied
from portal import errors
from portal.context import initials, shell
from portal.middleware import RefusalMiddleware
from tests.cast import Company


def ask(path: str, access: Access | None = None, **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.resolver_match = resolve(request.path)
    request.access = access
    request.store = access.store(request.GET.get("store", "")) if access else None
    request.session = {}
    return request


def places(request: HttpRequest) -> list[str]:
    return [item.place.view for item in shell(request)["shell"].nav]


def test_the_navigation_follows_the_role(acme: Company, at: datetime):
    assert places(ask("/orders/", acme.access("bob", at))) == ["orders:list", "paylinks:create", "paylinks:history"]
    assert places(ask("/orders/", acme.access("vera", at))) == ["orders:list"]


def test_configuration_is_offered_to_those_who_may_change_it(acme: Company, at: datetime):
    assert shell(ask("/orders/", acme.access("alice", at)))["shell"].settings
    assert not shell(ask("/orders/", acme.access("bob", at)))["shell"].settings


def test_the_chosen_store_travels_in_every_address(acme: Company, at: datetime):
    mid = acme.store.mid
    frame = shell(ask(f"/orders/?store={mid}", acme.access("bob", at)))["shell"]
    assert frame.store.mid == mid
    assert frame.nav[0].url == f"/orders/?store={mid}"
    assert frame.all_stores_url == "/orders/"


def test_a_page_of_a_section_marks_its_place(acme: Company, at: datetime):
    frame = shell(ask("/links/new/", acme.access("bob", at)))["shell"]
    assert [item.place.view for item in frame.nav if item.is_current] == ["paylinks:create"]


def test_test_stores_say_so(acme: Company, at: datetime):
    access = acme.access("bob", at)
    html = render_to_string("404.html", request=ask("/orders/", access))
    assert ">TEST<" in html


def test_nobody_gets_a_page_without_navigation():
    html = render_to_string("404.html", request=ask("/orders/"))
    assert "<nav" not in html


def test_a_missing_permission_names_itself_and_who_grants_it(acme: Company, at: datetime):
    request = ask("/orders/", acme.access("vera", at))
    refusal = PermissionDenied("orders.capture", "Capture orders", "Ask an Admin.")
    response = RefusalMiddleware(lambda _: None).process_exception(request, refusal)
    assert response.status_code == 403
    assert "Capture orders" in response.content.decode()
    assert "Ask an Admin." in response.content.decode()


@pytest.mark.parametrize("is_htmx", [True, False])
def test_htmx_gets_the_refusal_without_the_page(acme: Company, at: datetime, *, is_htmx: bool):
    headers = {"HX-Request": "true"} if is_htmx else {}
    request = ask("/orders/", acme.access("bob", at), **headers)
    response = RefusalMiddleware(lambda _: None).process_exception(request, DomainError("x", "Captured already."))
    html = response.content.decode()
    assert response.status_code == 409
    assert "Captured already." in html
    assert ("<html" in html) is not is_htmx
    missing = errors.not_found(request, Http404())
    assert ("<html" in missing.content.decode()) is not is_htmx


def test_the_page_for_failures_needs_no_request():
    response = errors.failed(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "did not load" in response.content.decode()


@pytest.mark.parametrize(("name", "mark"), [("Fjällbo Keramik", "FK"), ("Ana", "A"), ("", ""), ("a b c", "AB")])
def test_initials_are_at_most_two_letters(name: str, mark: str):
    assert initials(name) == mark
