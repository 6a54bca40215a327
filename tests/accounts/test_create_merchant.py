"""The first merchant of a real installation, made at the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.access import access_of
from accounts.models import AuditEntry, Merchant, Store, User
from common import clock

pytestmark = pytest.mark.django_db

ARGUMENTS = [
    "Fjällbo",
    "--country=se",
    "--currencies=sek, EUR",
    "--admin-email=Maja@Fjallbo.example",
    "--admin-name=Maja Ek",
]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_merchant", *arguments, stdout=out)
    return out.getvalue()


def test_it_makes_merchant_store_currencies_and_super_admin() -> None:
    out = run(*ARGUMENTS, "--mid=CF1009999")
    store = Store.objects.select_related("merchant").get()
    assert (store.mid, store.country, store.allowed_currencies) == ("CF1009999", "SE", ["SEK", "EUR"])
    access = access_of(User.objects.get(email="maja@fjallbo.example"), clock.now())
    assert access is not None
    assert access.role_name == "Super Admin"
    assert access.stores == (store,)
    assert "http://testserver/sign-in/" in out
    assert set(AuditEntry.objects.values_list("origin", flat=True)) == {"system"}


def test_the_printed_link_signs_in_before_any_mail_works() -> None:
    out = run(*ARGUMENTS, "--link")
    address = next(word for word in out.split() if "/sign-in/" in word and not word.endswith("/sign-in/"))
    browser = Client()
    assert browser.post(address.removeprefix("http://testserver")).status_code == 302
    assert browser.get("/account/").status_code == 200


def test_a_second_run_changes_nothing_and_says_so() -> None:
    run(*ARGUMENTS)
    with pytest.raises(CommandError, match="already; nothing was changed"):
        run(*ARGUMENTS)
    assert Merchant.objects.count() == Store.objects.count() == User.objects.count() == 1


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(CommandError) as refused:
        run("X", "--country=XX", "--currencies=SEK,EURO", "--admin-email=maja", "--admin-name=Maja")
    for words in ("XX is no country", "Not a currency: EURO", "maja is no e-mail address"):
        assert words in str(refused.value)
    assert not Merchant.objects.exists()


def test_what_is_too_long_is_named_with_its_limit() -> None:
    with pytest.raises(CommandError) as refused:
        run("X" * 101, *ARGUMENTS[1:], "--mid=CF100421112345678", "--legal-name=" + "L" * 101, "--store=" + "S" * 101)
    assert str(refused.value).splitlines() == [
        "The name has 101 characters; 100 at most.",
        "The legal name has 101 characters; 100 at most.",
        "The store's name has 101 characters; 100 at most.",
        "The MID has 17 characters; 16 at most.",
    ]
    assert not Merchant.objects.exists()
    run("X" * 100, *ARGUMENTS[1:], "--mid=CF10042111234567")


def test_a_store_of_real_money_gets_no_sandbox(settings: Settings) -> None:
    assert "Connect its gateway" in run(*ARGUMENTS, "--production")
    assert not Store.objects.get().is_test
