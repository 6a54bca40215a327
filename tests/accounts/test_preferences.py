"""A person's own page."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEntry, User

VALUES = {"name": "Alice Ek", "language": "en", "time_zone": "Asia/Tokyo", "theme": "dark"}


def test_preferences_are_saved_and_written_down(alice_client: Client, alice: User) -> None:
    answer = alice_client.post("/account/", VALUES)
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone, alice.theme, alice.has_shortcuts) == ("Alice Ek", "Asia/Tokyo", "dark", False)
    page = alice_client.get("/account/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page
    assert "Your preferences are saved." in page
    assert AuditEntry.objects.get(kind="user.preferences_changed").actor == alice.email


@pytest.mark.parametrize(("name", "value"), [("time_zone", "Mars/Olympus"), ("language", "xx"), ("name", " ")])
def test_what_does_not_exist_cannot_be_chosen(alice_client: Client, alice: User, name: str, value: str) -> None:
    answer = alice_client.post("/account/", {**VALUES, name: value})
    assert answer.status_code == 422
    assert not AuditEntry.objects.filter(kind="user.preferences_changed").exists()


def test_a_time_zone_that_is_gone_does_not_lock_anybody_out(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Old/Place", language="xx")
    assert alice_client.get("/account/").status_code == 200


def test_signed_in_pages_stay_out_of_caches(alice_client: Client) -> None:
    assert "no-store" in alice_client.get("/account/")["Cache-Control"]


def test_the_pages_name_no_other_origin_and_no_inline_code(alice_client: Client, client: Client) -> None:
    for page in (alice_client.get("/account/"), client.get("/sign-in/")):
        text = page.content.decode()
        assert "style=" not in text
        assert "<script>" not in text
        assert "default-src 'self'" in page["Content-Security-Policy"]


def test_menu_keys_and_page_call_it_by_one_name(alice_client: Client) -> None:
    page = alice_client.get("/account/").content.decode()
    assert page.count("Profile and preferences") == 5  # title, heading, keys, and the menus of desk and phone
    assert "Profile and appearance" not in page
