"""What is asked: each of our pages, and beside it the admin's page of the same purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Merchant
from bench.client import Ask
from common.pages import Cursor
from orders.forms import ListQuery
from orders.models import Order
from orders.search import PAGE_SIZE
from paylinks.forms.history import HistoryQuery
from paylinks.models import PaymentLink
from paylinks.tokens import token_of

DEEP = 1000
_SAMPLES = 40


@dataclass(frozen=True, slots=True)
class Case:
    """One row group of the table; the admin has no page for some."""

    name: str
    portal: Ask
    admin: Ask | None = None


class Cases:
    """Builds addresses from what was loaded; reads only."""

    def __init__(self, merchant: Merchant, cookie: str) -> None:
        self.headers = {"Cookie": cookie, "Host": "localhost"}
        self.admin = apps.is_installed("django.contrib.admin")
        self.orders = Order.objects.filter(merchant=merchant, placed_at__isnull=False).order_by("-placed_at", "-id")
        self.links = PaymentLink.objects.filter(merchant_id=merchant.pk, is_current=True)
        self.placed, self.all = self.orders.count(), Order.objects.count()
        step = max(self.placed // _SAMPLES, 1)
        self.sample = [self.orders[place] for place in range(0, step * _SAMPLES, step) if place < self.placed]

    def everything(self) -> list[Case]:
        """In the order of the table."""
        deep, last = min(DEEP, self.placed // PAGE_SIZE // 2 + 1), (self.placed - 1) // PAGE_SIZE + 1
        admin_last = (self.all - 1) // PAGE_SIZE + 1
        return [
            Case("list, page 1", self._list(), self._admin("orders_order")),
            Case(f"list, page {deep:,}", self._page(deep), self._admin("orders_order", p=deep)),
            Case(f"list, last page ({last:,})", self._page(last), self._admin("orders_order", p=admin_last)),
            Case(
                "one status", self._list(status="authorized"), self._admin("orders_order", status__exact="authorized")
            ),
            *self._searches(),
            *self._drawer(),
            Case("history, page 1", self._ask([reverse("paylinks:history")]), self._admin("paylinks_paymentlink")),
            Case(f"history, page {deep:,}", self._history(deep), self._admin("paylinks_paymentlink", p=deep)),
            Case("payment page", self._payment()),
        ]

    def constant(self) -> Ask:
        """Forty thousand bytes through the same middleware."""
        return self._ask(["/bench/constant/"])

    def _searches(self) -> list[Case]:
        words = {
            "exact reference": [order.merchant_reference1 for order in self.sample],
            "part of an e-mail": [order.email.partition("@")[0][2:] for order in self.sample],
            "full name": [order.customer_name for order in self.sample],
            "family name": [order.customer_name.partition(" ")[2] for order in self.sample],
        }
        return [
            Case(
                f"search, {name}",
                self._ask([_address("orders:list", q=each) for each in typed]),
                self._beside(
                    [_address("admin:orders_order_changelist", q=each) for each in typed] if self.admin else []
                ),
            )
            for name, typed in words.items()
        ]

    def _drawer(self) -> list[Case]:
        paths = [reverse("orders:order", args=[order.pk]) for order in self.sample]
        shown = [reverse("admin:orders_order_change", args=[order.pk]) for order in self.sample if self.admin]
        inside = {"HX-Request": "true", "HX-Target": "drawer"}
        return [
            Case("order, drawer", Ask(paths, {**self.headers, **inside}), self._beside(shown)),
            Case("order, page", self._ask(paths), self._beside(shown)),
        ]

    def _payment(self) -> Ask:
        links = self.links.filter(status="created").order_by("created_at").values_list("pk", flat=True)
        chosen = list(links[:_SAMPLES])
        paths = [reverse("pay:page", args=[token_of(pk)]) for pk in chosen]
        # compressed, as every browser gets it; the pages of staff are asked for plain, as the admin's are
        return Ask(paths, {"Host": "localhost", "Accept-Encoding": "gzip"})

    def _page(self, number: int) -> Ask:
        edges = self.orders.values_list("placed_at", "id")
        query = ListQuery().at(*_place(edges, number)) if number > 1 else ListQuery()
        return self._ask([reverse("orders:list") + query.text])

    def _history(self, number: int) -> Ask:
        edges = self.links.order_by("-created_at", "-id").values_list("created_at", "id")
        query = HistoryQuery().at(*_place(edges, number)) if number > 1 else HistoryQuery()
        return self._ask([reverse("paylinks:history") + query.text])

    def _list(self, **query: object) -> Ask:
        return self._ask([_address("orders:list", **query)])

    def _admin(self, model: str, **query: object) -> Ask | None:
        return self._beside([_address(f"admin:{model}_changelist", **query)] if self.admin else [])

    def _beside(self, paths: Sequence[str]) -> Ask | None:
        return self._ask(paths) if paths else None

    def _ask(self, paths: Sequence[str]) -> Ask:
        return Ask(paths, self.headers)


def _address(name: str, **query: object) -> str:
    return f"{reverse(name)}?{urlencode(query)}".rstrip("?")


def _place(edges: QuerySet[Any, Any], number: int) -> tuple[str, int]:
    """Cursor and first row of page `number`: what stands before it is the last row of the page above."""
    before = (number - 1) * PAGE_SIZE
    at, key = edges[before - 1]
    return Cursor(at, str(key)).encode(""), before + 1
