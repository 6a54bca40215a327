"""A first merchant with its store, the currencies of its agreement, and its Super Admin."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from babel.numbers import list_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django_countries import countries

from accounts import actions
from accounts.actions.sign_in import write_link
from accounts.models import Merchant, Store, User
from accounts.roles import Role
from accounts.sign_in import address_of
from common import clock
from common.actor import Actor
from payments.actions import connect_sandbox


class Command(BaseCommand):
    """Refuses, with the reason, to make anything twice."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What an agreement says."""
        parser.add_argument("name", help="the merchant, as its customers know it")
        parser.add_argument("--legal-name", help="as registered; the name unless given")
        parser.add_argument("--organisation-number", default="")
        parser.add_argument("--country", required=True, help="two letters, such as SE")
        parser.add_argument("--store", help="the first store's name; the merchant's unless given")
        parser.add_argument("--mid", help="the store's ID, such as CF1004211; made up unless given")
        parser.add_argument("--currencies", required=True, help="of the agreement, such as SEK,EUR")
        parser.add_argument("--admin-email", required=True, help="the first Super Admin")
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--production", action="store_true", help="this store takes real money")
        parser.add_argument("--link", action="store_true", help="print a sign-in link of 15 minutes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything, then make everything or nothing."""
        values = _checked(options)
        with transaction.atomic():
            store = _make(values)
            link = write_link(values["email"], "", clock.now()) if options["link"] else None
        self.stdout.write(
            f"{store.merchant.name}: store {store.name}, MID {store.mid}, {', '.join(store.allowed_currencies)}."
        )
        if store.is_production:
            self.stdout.write("Connect its gateway before the first order.")
        elif not settings.SANDBOX:
            self.stdout.write("It is a test store, but the sandbox is off here: nothing can be paid yet.")
        self.stdout.write(f"{values['email']} is Super Admin and signs in at {settings.PUBLIC_URL}/sign-in/")
        if link is not None:
            self.stdout.write(f"Or with this link, once, within 15 minutes: {address_of(link)}")


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    country = options["country"].upper()
    currencies = [code.strip().upper() for code in options["currencies"].split(",") if code.strip()]
    unknown = sorted(set(currencies) - list_currencies())
    email = options["admin_email"].strip().lower()
    mid = options["mid"] or _free_mid()
    problems = [
        words
        for wrong, words in (
            (
                country not in dict(countries),
                f"{country} is no country; use two letters such as SE.",
            ),
            (not currencies, "Name at least one currency, such as SEK."),
            (bool(unknown), f"Not a currency: {', '.join(unknown)}."),
            (not _is_address(email), f"{email} is no e-mail address."),
            *_too_long({**options, "email": email, "mid": mid}),
            (
                Merchant.objects.filter(name__iexact=options["name"]).exists(),
                f"There is a merchant {options['name']} already; nothing was changed.",
            ),
            (Store.objects.filter(mid=mid).exists(), f"MID {mid} belongs to a store already; nothing was changed."),
        )
        if wrong
    ]
    if problems:
        raise CommandError("\n".join(problems))
    return {**options, "country": country, "currencies": list(dict.fromkeys(currencies)), "email": email, "mid": mid}


def _too_long(values: dict[str, Any]) -> list[tuple[bool, str]]:
    """What the database has no room for."""
    limits = (
        ("The name", values["name"], Merchant.name.field),
        ("The legal name", values["legal_name"], Merchant.legal_name.field),
        ("The organisation number", values["organisation_number"], Merchant.organisation_number.field),
        ("The store's name", values["store"], Store.name.field),
        ("The MID", values["mid"], Store.mid.field),
        ("The admin's e-mail address", values["email"], User.email.field),
        ("The admin's name", values["admin_name"], User.name.field),
    )
    found = ((what, len(text or ""), field.max_length or 0) for what, text, field in limits)
    return [(length > most, f"{what} has {length} characters; {most} at most.") for what, length, most in found]


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _free_mid() -> str:
    while True:
        mid = f"CF{1_000_000 + secrets.randbelow(9_000_000)}"
        if not Store.objects.filter(mid=mid).exists():
            return mid


def _make(values: dict[str, Any]) -> Store:
    by, at = Actor.system("create_merchant"), clock.now()
    merchant = actions.create_merchant(
        by=by,
        at=at,
        name=values["name"],
        legal_name=values["legal_name"] or values["name"],
        organisation_number=values["organisation_number"],
        country=values["country"],
    )
    store = actions.create_store(
        merchant,
        by=by,
        at=at,
        mid=values["mid"],
        name=values["store"] or values["name"],
        country=values["country"],
        allowed_currencies=values["currencies"],
        is_production=values["production"],
    )
    actions.add_member(
        merchant, email=values["email"], name=values["admin_name"], roles={None: Role.SUPER_ADMIN}, by=by, at=at
    )
    if settings.SANDBOX and not store.is_production:
        connect_sandbox(store, at)
    return store
