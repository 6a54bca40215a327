"""Change what the operator decides about a store: currencies, logo, and the sender of its packing slips."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actions.agreement import SENDER, change_agreement, set_logo
from accounts.models import Merchant, Store
from common import clock
from common.actor import Actor

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LARGEST_LOGO = 100_000  # bytes; customers load it on a phone


class Command(BaseCommand):
    """Refuses, with every reason, before anything is changed."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The store, and what is to be different."""
        parser.add_argument("mid", help="the store's ID, such as CF1004211")
        parser.add_argument("--currencies", help="of the agreement, all of them, such as SEK,EUR")
        parser.add_argument("--logo", type=Path, help="a PNG, JPEG or SVG file")
        parser.add_argument("--street", help="of the merchant, as all its stores' packing slips show it")
        parser.add_argument("--postal-code")
        parser.add_argument("--city")
        parser.add_argument("--website", help="such as https://fjallbo.example")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check everything, then change everything or nothing."""
        store = Store.objects.select_related("merchant").filter(mid=options["mid"]).first()
        if store is None:
            raise CommandError(f"There is no store with MID {options['mid']}.")
        sender = {name: options[name].strip() for name in SENDER if options[name] is not None}
        problems: list[str] = []
        currencies = _currencies(options["currencies"], problems)
        logo = _logo(options["logo"], problems)
        for name, value in sender.items():
            _check(store.merchant, name, value, problems)
        if problems:
            raise CommandError("\n".join(problems))
        by, at = Actor.system("set_store"), clock.now()
        with transaction.atomic():
            changed = change_agreement(store, currencies=currencies, sender=sender, by=by, at=at)
            if logo is not None:
                set_logo(store, *logo, by=by, at=at)
                changed.append("logo")
        words = ", ".join(name.replace("_", " ") for name in changed)
        self.stdout.write(f"{store.name}: changed {words}." if words else f"{store.name}: nothing to change.")


def _currencies(typed: str | None, problems: list[str]) -> list[str] | None:
    if typed is None:
        return None
    codes = list(dict.fromkeys(code.strip().upper() for code in typed.split(",") if code.strip()))
    unknown = sorted(set(codes) - list_currencies())
    if not codes:
        problems.append("Name at least one currency, such as SEK.")
    if unknown:
        problems.append(f"Not a currency: {', '.join(unknown)}.")
    return codes


def _logo(path: Path | None, problems: list[str]) -> tuple[bytes, str] | None:
    if path is None:
        return None
    try:
        body = path.read_bytes()
    except OSError as error:
        problems.append(f"The logo cannot be read: {error.strerror or error}.")
        return None
    kind = next((kind for start, kind in _PICTURES.items() if body.startswith(start)), "")
    if not kind and path.suffix.lower() == ".svg" and b"<svg" in body:
        kind = "image/svg+xml"
    if not kind:
        problems.append("The logo is neither PNG, JPEG nor SVG.")
    if len(body) > _LARGEST_LOGO:
        problems.append(f"The logo has {len(body):,} bytes; {_LARGEST_LOGO:,} at most.")
    return body, kind


def _check(merchant: Merchant, name: str, value: str, problems: list[str]) -> None:
    try:
        getattr(Merchant, name).field.clean(value, merchant)
    except ValidationError as error:
        problems.append(f"--{name.replace('_', '-')}: {' '.join(error.messages)}")
