"""What the operator changes about a store at the command line."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, Store

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n rest"


def run(store: Store, *arguments: str) -> str:
    out = StringIO()
    call_command("set_store", store.mid, *arguments, stdout=out)
    store.refresh_from_db()
    return out.getvalue()


def test_currencies_and_the_sender_change_with_one_audit_entry(store: Store) -> None:
    before = list(store.allowed_currencies)
    out = run(store, "--currencies=nok, EUR,nok", "--street=Storgatan 2", "--website=https://acme.example")
    assert out == f"{store.name}: changed street, website, allowed currencies.\n"
    assert store.allowed_currencies == ["NOK", "EUR"]
    assert (store.merchant.street, store.merchant.website) == ("Storgatan 2", "https://acme.example")
    entry = AuditEntry.objects.get(kind="agreement.changed")
    assert (entry.store, entry.origin, entry.actor) == (store, "system", "set_store")
    assert entry.data["before"]["allowed_currencies"] == before
    assert entry.data["after"]["allowed_currencies"] == ["NOK", "EUR"]


def test_what_is_so_already_is_not_written_down(store: Store) -> None:
    assert "nothing to change" in run(store, f"--currencies={','.join(store.allowed_currencies)}")
    assert not AuditEntry.objects.filter(kind="agreement.changed").exists()


def test_a_logo_is_served_to_customers(store: Store, tmp_path: Path, client: Client) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(PNG)
    assert "changed logo" in run(store, f"--logo={file}")
    answer = client.get(f"/pay/logo/{store.mid}/")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert AuditEntry.objects.get(kind="logo.set").store == store


def test_everything_wrong_is_named_and_nothing_changes(store: Store, tmp_path: Path) -> None:
    before = list(store.allowed_currencies)
    file = tmp_path / "logo.txt"
    file.write_text("no picture")
    wrong = ("--currencies=SEK,EURO", f"--logo={file}", "--website=acme", "--postal-code=12345678901", "--city=Oslo")
    with pytest.raises(CommandError) as refused:
        run(store, *wrong)
    for words in ("Not a currency: EURO.", "neither PNG, JPEG nor SVG", "--website:", "--postal-code:"):
        assert words in str(refused.value)
    store.refresh_from_db()
    assert store.allowed_currencies == before
    assert store.merchant.city != "Oslo"


def test_an_unknown_store_and_a_missing_file_are_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no store with MID CF0000000"):
        call_command("set_store", "CF0000000", "--currencies=SEK")
    with pytest.raises(CommandError, match="cannot be read"):
        run(store, f"--logo={tmp_path / 'gone.png'}")
    with pytest.raises(CommandError, match="at least one currency"):
        run(store, "--currencies=,")
