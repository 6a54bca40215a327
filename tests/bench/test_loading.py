"""The bench's loader: what it writes is possible, complete, and the same every time."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from random import Random

import psycopg
import pytest
from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo

from bench import cast as casting
from bench.cases import Cases
from bench.fates import Drawn, draw
from bench.load import Loader
from bench.measure import Measured
from bench.report import table
from orders.models import Event, Line, Order
from paylinks.models import PaymentLink

ORDERS = 50
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def loaded(transactional_db: None, at: datetime) -> casting.Cast:
    """Fifty orders, committed, as `./dev bench` loads them."""
    cast = casting.build(at)
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(address, autocommit=True) as server:
        Loader(cast).load(server, ORDERS, at)
    return cast


def test_every_order_has_three_lines_four_events_and_one_link(loaded: casting.Cast):
    assert Order.objects.count() == ORDERS
    assert Line.objects.count() == 3 * ORDERS
    assert set(Counter(Event.objects.values_list("order", flat=True)).values()) == {4}
    assert PaymentLink.objects.current().count() == ORDERS


def test_loaded_orders_add_up_and_can_be_searched(loaded: casting.Cast):
    order = Order.objects.filter(status="captured").first()
    assert order is not None
    assert order.amount == sum(line.total_amount for line in order.lines.all())
    assert order.search_text == order.search_words()
    assert order.customer_name.lower() in order.search_text


def test_lines_created_after_loading_get_numbers_of_their_own(loaded: casting.Cast):
    last = Line.objects.latest("pk")
    last.pk = None
    last.revision = 2
    last.save(force_insert=True)
    assert last.pk == 3 * ORDERS + 1


def test_the_same_number_is_the_same_order_every_time():
    first, second = (_drawn(Random("x")) for _ in range(2))  # noqa: S311 - test data
    assert first == second
    assert len({order.reference for order in first}) == len(first)


def _drawn(dice: Random) -> list[Drawn]:
    return [draw(dice, number, AT) for number in range(1, 20)]


def test_every_case_answers_and_prints_a_row(loaded: casting.Cast, client: Client):
    client.force_login(loaded.user)
    for case in Cases(loaded.stores["SE"].merchant, "").everything():
        answer = client.get(case.portal.paths[0], headers=_without_cookie(case.portal.headers))
        assert answer.status_code == 200, case.name
        row = table([Measured(case.name, "portal", app_ms=5.0, db_ms=1.0, sql=4, size=len(answer.content))])
        assert case.name in row
        assert "5.00" in row


def _without_cookie(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Cookie"}
