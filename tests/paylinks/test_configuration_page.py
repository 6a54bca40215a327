"""The settings of a store: who may, what is refused, what is saved, and the terms' state."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEntry, Store
from common import clock
from tests.cast import Company

URL = "/links/configuration/"
SETTINGS = {
    "terms_url": "https://acme.example/new-terms",
    "privacy_url": "https://acme.example/privacy",
    "support_email": "help@acme.example",
    "default_reference1": "ACME",
    "default_reference2": "",
    "default_tax_rate": "12,5 %",
    "auto_capture_default": "on",
}


def url(store: Store) -> str:
    return f"{URL}?store={store.mid}"


def test_settings_are_saved_and_written_down(alice_client: Client, store: Store):
    answer = alice_client.post(url(store), SETTINGS, follow=True)
    assert "are saved" in answer.content.decode()
    store.refresh_from_db()
    assert store.terms_url == "https://acme.example/new-terms"
    assert store.default_tax_rate == 1250
    assert store.auto_capture_default is True
    assert store.terms_state == "unchecked"
    assert AuditEntry.objects.filter(kind="store.configured", store=store).count() == 1


def test_capitals_in_an_address_are_the_same_address(alice_client: Client, store: Store):
    typed = {**SETTINGS, "terms_url": "Https://Acme.Example/Terms?V=1#A", "privacy_url": "HTTPS://ACME.example"}
    answer = alice_client.post(url(store), typed, follow=True)
    assert "are saved" in answer.content.decode()
    store.refresh_from_db()
    assert store.terms_url == "https://acme.example/Terms?V=1#A"
    assert store.privacy_url == "https://acme.example"


def test_the_form_starts_with_what_is_set_and_shows_the_operators_currencies(alice_client: Client, store: Store):
    page = alice_client.get(url(store)).content.decode()
    assert 'value="https://acme.example/terms"' in page
    assert 'value="25"' in page
    assert "SEK, EUR" in page
    assert "set by the operator" in page


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("terms_url", "http://acme.example/terms", "must begin with https://"),
        ("terms_url", "acme.example", "Enter a whole address"),
        ("terms_url", "javascript:alert(1)", "Enter a whole address"),
        ("privacy_url", "ftp://acme.example", "Enter a whole address"),
        ("support_email", "help", "Enter an e-mail address"),
        ("default_tax_rate", "", "Enter the VAT"),
        ("default_tax_rate", "101", "between 0 and 100 percent"),
        ("default_tax_rate", "12.345", "at most two decimals"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    alice_client: Client, store: Store, name: str, typed: str, words: str
):
    answer = alice_client.post(url(store), SETTINGS | {name: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(words) == 2
    assert "<title>Error: Orders configuration" in page
    store.refresh_from_db()
    assert store.terms_url == "https://acme.example/terms"


@pytest.mark.parametrize(
    ("state", "problem", "words"),
    [
        ("reachable", "", "Reachable"),
        ("unreachable", "It answered 404.", "It answered 404."),
        ("unchecked", "", "Not checked yet"),
    ],
)
def test_the_state_of_the_terms_is_shown(alice_client: Client, store: Store, state: str, problem: str, words: str):
    checked = None if state == "unchecked" else clock.now()
    Store.objects.filter(pk=store.pk).update(terms_state=state, terms_problem=problem, terms_checked_at=checked)
    headers = {"HX-Request": "true", "HX-Target": "terms-state"}
    part = alice_client.get(url(store), headers=headers).content.decode()
    assert words in part
    assert "<html" not in part
    assert "Check again" in part
    assert ("data-pulse" in part) is (state == "unchecked")


def test_missing_terms_are_said_to_stop_links(alice_client: Client, store: Store):
    Store.objects.filter(pk=store.pk).update(terms_url="")
    assert "Missing: no link can be sent" in alice_client.get(url(store)).content.decode()
    assert alice_client.post(f"{URL}terms/?store={store.mid}").status_code == 404


def test_checking_again_comes_back_to_the_settings(alice_client: Client, store: Store):
    answer = alice_client.post(f"{URL}terms/?store={store.mid}")
    assert answer["Location"] == url(store)


def test_of_several_stores_one_is_chosen_first(alice_client: Client, acme: Company):
    page = alice_client.get(URL).content.decode()
    assert acme.second_store.mid in page
    assert "terms_url" not in page


def test_roles_without_the_permission_are_refused_and_strangers_find_nothing(
    bob_client: Client, vera_client: Client, charlie_client: Client, store: Store
):
    for client in (bob_client, vera_client):
        assert client.get(url(store)).status_code == 403
        assert client.post(url(store), SETTINGS).status_code == 403
    assert charlie_client.get(url(store)).status_code == 404
    assert charlie_client.post(url(store), SETTINGS).status_code == 404
    store.refresh_from_db()
    assert store.terms_url == "https://acme.example/terms"
    assert URL not in bob_client.get("/links/").content.decode()
