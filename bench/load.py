"""N orders by COPY: 3 lines, 4 events, one link and its message each; captures with their slices."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg

from accounts.models import Store
from bench.cast import Cast
from bench.fates import PLACED, Drawn, draw
from bench.people import SHOPS
from bench.tables import Row, Table, renumber, write_all
from messaging.models import Message
from orders.models import Event, Line, Operation, OperationLine, Order
from orders.timeline import What
from paylinks.models import LIFETIME, Attempt, PaymentLink
from payments.models import GatewayAccount

BATCH = 2000
SEED = "counterfoil"
WINDOW = timedelta(days=28)
_STATUS = {"captured": "captured", "authorized": "authorized", "expired": "expired", "cancelled": "cancelled"}
_LINK = {"open": "created", "lapsed": "expired", "withdrawn": "cancelled"}
_LAST = {
    "captured": (What.ORDER_CAPTURED, "member"),
    "authorized": (What.LINK_OPENED, "customer"),
    "expired": (What.ORDER_EXPIRED, "system"),
    "cancelled": (What.ORDER_CANCELLED, "member"),
    "open": (What.LINK_OPENED, "customer"),
    "lapsed": (What.LINK_EXPIRED, "system"),
    "withdrawn": (What.LINK_CANCELLED, "member"),
}


class Loader:
    """Collects rows of drawn orders and writes them batch by batch."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.accounts = {account.store_id: account.pk for account in GatewayAccount.objects.all()}
        self.order = Table(Order, with_key=True)
        self.line = Table(Line, with_key=True)
        self.operation = Table(Operation, with_key=True)
        self.slice = Table(OperationLine, with_key=False)
        self.event = Table(Event, with_key=False)
        self.link = Table(PaymentLink, with_key=True)
        self.attempt = Table(Attempt, with_key=True)
        self.message = Table(Message, with_key=True)
        self.tables = (
            self.order, self.line, self.operation, self.slice, self.event, self.link, self.attempt, self.message,
        )  # fmt: skip

    def load(self, server: psycopg.Connection[Any], count: int, at: datetime) -> dict[str, int]:
        """Load and analyse; how many rows each table got."""
        dice = Random(SEED)
        for number in range(1, count + 1):
            self._add(draw(dice, number, at))
            if number % BATCH == 0 or number == count:
                write_all(server, self.tables)
        renumber(server, self.line.name)
        server.execute("VACUUM (ANALYZE)")
        server.execute("CHECKPOINT")
        return {table.name: table.count for table in self.tables}

    def _add(self, drawn: Drawn) -> None:
        # every tenth order is the other merchant's
        store = self.cast.neighbour if drawn.number % 10 == 0 else self.cast.stores[drawn.country]
        self.order.add(**_order(drawn, store), **self._money(drawn, store))
        self._lines(drawn)
        self._events(drawn)
        self.link.add(**_link(drawn, store))
        self.message.add(**_message(drawn, store))
        if drawn.fate in PLACED:
            self.attempt.add(**_attempt(drawn, self.accounts[store.pk]))

    def _money(self, drawn: Drawn, store: Store) -> Row:
        if drawn.fate not in PLACED:
            return {}
        until = drawn.placed_at + WINDOW
        captured = drawn.amount if drawn.fate == "captured" else 0
        gone = drawn.amount if drawn.fate in {"expired", "cancelled"} else 0
        return {
            "authorized_amount": drawn.amount,
            "captured_amount": captured,
            "released_amount": gone,
            "gateway_account_id": self.accounts[store.pk],
            "session_reference": f"ses-{drawn.link}",
            "payment_reference": f"pay-{drawn.link}",
            "payment_method": "klarna",
            "payment_label": "Klarna",
            "placed_at": drawn.placed_at,
            "authorized_at": drawn.placed_at,
            "authorization_expires_at": until,
            "cancelled_at": until if drawn.fate == "cancelled" else None,
            "expired_at": until if drawn.fate == "expired" else None,
        }

    def _lines(self, drawn: Drawn) -> None:
        first = drawn.number * 3 - 2
        for key, goods in enumerate(drawn.lines, start=first):
            self.line.add(
                id=key, order_id=drawn.id, position=goods.position, type="physical", name=goods.name,
                reference=goods.reference, quantity=goods.quantity, unit_price=goods.unit_price,
                tax_rate=SHOPS[drawn.country][2], total_amount=goods.total, tax_amount=goods.tax,
            )  # fmt: skip
        if drawn.fate == "captured":
            self._capture(drawn, first)

    def _capture(self, drawn: Drawn, first: int) -> None:
        at = drawn.placed_at + timedelta(hours=20)
        account = self.accounts[
            (self.cast.neighbour if drawn.number % 10 == 0 else self.cast.stores[drawn.country]).pk
        ]
        self.operation.add(
            id=drawn.operation, order_id=drawn.id, kind="capture", state="succeeded", amount=drawn.amount,
            currency=SHOPS[drawn.country][1], key=f"bench-{drawn.number}", gateway_account_id=account,
            payment_reference=f"pay-{drawn.link}", gateway_reference=f"cap-{drawn.number}", origin="member",
            actor=self.cast.user.email, requested_at=at, settled_at=at,
        )  # fmt: skip
        for key, goods in enumerate(drawn.lines, start=first):
            self.slice.add(
                operation_id=drawn.operation, line_id=key, name=goods.name, type="physical", quantity=goods.quantity,
                amount=goods.total, tax_amount=goods.tax, tax_rate=SHOPS[drawn.country][2],
            )  # fmt: skip

    def _events(self, drawn: Drawn) -> None:
        last, origin = _LAST[drawn.fate]
        middle = (What.ORDER_AUTHORIZED, "gateway") if drawn.fate in PLACED else (What.MESSAGE_SENT, "system")
        kinds = ((What.ORDER_CREATED, "member"), (What.LINK_CREATED, "member"), middle, (last, origin))
        for seq, (kind, by) in enumerate(kinds, start=1):
            self.event.add(
                order_id=drawn.id, seq=seq, kind=str(kind), origin=by,
                actor=self.cast.user.email if by == "member" else "", amount=drawn.amount,
                data=json.dumps({"recipient": drawn.customer.email, "left": 0}),
                at=drawn.created_at + timedelta(minutes=8 * (seq - 1)), operation_id=None,
            )  # fmt: skip


def _order(drawn: Drawn, store: Store) -> Row:
    person, (_mid, currency, _rate, language, *_rest) = drawn.customer, SHOPS[drawn.country]
    references = (drawn.reference, drawn.reference1, f"PO {drawn.number % 89}-{drawn.number}")
    words = " ".join((str(drawn.id), *references, person.name, person.email, person.phone)).lower()
    address = json.dumps(person.address)
    return {
        "id": drawn.id,
        "reference": drawn.reference,
        "merchant_id": store.merchant_id,
        "store_id": store.pk,
        "status": _STATUS.get(drawn.fate, "pending"),
        "is_test": True,
        "merchant_reference1": references[1],
        "merchant_reference2": references[2],
        "customer_name": person.name,
        "email": person.email,
        "phone": person.phone,
        "country": drawn.country,
        "language": language,
        "delivery_address": address,
        "billing_address": address,
        "currency": currency,
        "amount": drawn.amount,
        "tax_amount": sum(line.tax for line in drawn.lines),
        "created_by": "alice@bench.example",
        "created_at": drawn.created_at,
        "changed_at": drawn.placed_at,
        "last_seq": 4,
        "search_text": words,
    }


def _link(drawn: Drawn, store: Store) -> Row:
    end = drawn.created_at + LIFETIME
    return {
        "id": drawn.link,
        "order_id": drawn.id,
        "merchant_id": store.merchant_id,
        "store_id": store.pk,
        "status": _LINK.get(drawn.fate, "completed"),
        "channel": "email",
        "recipient": drawn.customer.email,
        "created_at": drawn.created_at,
        "expires_at": end,
        "completed_at": drawn.placed_at if drawn.fate in PLACED else None,
        "cancelled_at": drawn.placed_at if drawn.fate == "withdrawn" else None,
        "expired_at": end if drawn.fate == "lapsed" else None,
        "created_by": "alice@bench.example",
    }


def _message(drawn: Drawn, store: Store) -> Row:
    sent = drawn.created_at + timedelta(seconds=2)
    return {
        "kind": "link.invitation",
        "id": drawn.link,  # any number of its own will do
        "subject_id": drawn.link,
        "order_id": drawn.id,
        "merchant_id": store.merchant_id,
        "channel": "email",
        "recipient": drawn.customer.email,
        "task": "paylinks.tasks.deliver_message",
        "state": "sent",
        "created_at": drawn.created_at,
        "next_at": drawn.created_at,
        "sent_at": sent,
        "settled_at": sent,
        "told_at": sent,
    }


def _attempt(drawn: Drawn, account: object) -> Row:
    return {
        "id": drawn.link,
        "link_id": drawn.link,
        "order_id": drawn.id,
        "revision": 1,
        "amount": drawn.amount,
        "currency": SHOPS[drawn.country][1],
        "method": "klarna",
        "gateway_account_id": account,
        "session_reference": f"ses-{drawn.link}",
        "payment_reference": f"pay-{drawn.link}",
        "state": "authorized",
        "email": drawn.customer.email,
        "begun_at": drawn.placed_at,
        "ended_at": drawn.placed_at,
    }
