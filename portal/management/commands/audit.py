"""Recompute every order from its operations and tell what does not agree."""

from __future__ import annotations

import logging
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from orders.audit import audit_orders, changed_since
from orders.audit.unclaimed import audit_unclaimed


class Command(BaseCommand):
    """Repairs nothing; exits with 1 when anything differs."""

    help = "Compare orders with their operations, pieces and timeline, and with the gateway."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to look at."""
        parser.add_argument("--gateway", action="store_true", help="ask the gateway too")
        parser.add_argument("--since", default="", help="only orders changed at this ISO time or later")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each difference, then how many there were."""
        since = _time(options["since"]) if options["since"] else None
        orders = differences = 0
        logging.disable(logging.INFO)  # in this process the sandbox would log every answer
        try:
            for _order_id, found in audit_orders(changed_since(since), asks_gateway=options["gateway"]):
                orders += 1
                differences += len(found)
                for difference in found:
                    self.stdout.write(str(difference))
            for difference in audit_unclaimed(clock.now(), asks_gateway=options["gateway"]):
                differences += 1
                self.stdout.write(str(difference))
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(f"{differences} differences in {orders} orders")
        if differences:
            sys.exit(1)


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no ISO time, such as 2026-11-20T12:00:00+01:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
