"""One purchase ordered twice: found when the second order is placed, judged by a person."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from orders.actions.let_go import cancel_order
from orders.actions.refund import refund_order
from orders.actions.repeats import MOST
from orders.comparing import _wares
from orders.cutting import Free
from orders.models import Event, Line, Order, Repeat
from orders.selection import Selection
from orders.timeline import What
from tests import builders
from tests.builders import BOWL, LINES
from tests.cast import Company
from tests.orders.pages import get, parts_of, quick_order, rows

pytestmark = pytest.mark.django_db

SOON = timedelta(minutes=4)


def two(company: Company, at: datetime, **changes: Any) -> tuple[Order, Order]:
    """The same order placed twice, four minutes apart; the second with `changes`."""
    later = {"reference": "FJB-2", **changes}
    placed_at = later.pop("placed_at", at)
    return quick_order(company.store, at - SOON, "FJB-1"), quick_order(company.store, placed_at, **later)


def kinds(order: Order) -> list[str]:
    return [kind for kind in Event.objects.filter(order=order).values_list("kind", flat=True) if "repeat" in kind]


def test_the_second_order_of_a_customer_is_paired_with_the_first(acme: Company, at: datetime) -> None:
    first, second = two(acme, at)
    pair = Repeat.objects.get()
    assert (pair.earlier_id, pair.later_id, pair.found_at) == (first.pk, second.pk, at)
    assert (pair.has_same_email, pair.has_same_phone, pair.has_same_reference) == (True, False, False)
    assert kinds(first) == kinds(second) == [What.REPEAT_FOUND]


def test_finding_it_leaves_open_forms_valid(acme: Company, at: datetime) -> None:
    first = quick_order(acme.store, at - SOON, "FJB-1")
    version = Order.objects.get(pk=first.pk).version
    quick_order(acme.store, at, "FJB-2")
    assert Order.objects.get(pk=first.pk).version == version


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": (BOWL,)},
        {"email": "somebody.else@example.com"},
        {"currency": "EUR"},
        {"placed_at": timedelta(hours=24)},
    ],
    ids=["another sum", "another customer", "another currency", "a day later"],
)
def test_what_makes_two_purchases(acme: Company, at: datetime, changes: dict[str, Any]) -> None:
    if "placed_at" in changes:
        changes = {"placed_at": at + changes["placed_at"]}
    two(acme, at, **changes)
    assert not Repeat.objects.exists()


def test_another_store_is_another_purchase(acme: Company, at: datetime) -> None:
    quick_order(acme.store, at - SOON, "FJB-1", currency="EUR")
    quick_order(acme.second_store, at, "FJB-2", currency="EUR")
    assert not Repeat.objects.exists()


def test_a_day_to_the_minute_is_still_within(acme: Company, at: datetime) -> None:
    two(acme, at, placed_at=at - SOON + timedelta(hours=24))
    assert Repeat.objects.exists()


def test_an_e_mail_is_the_same_in_any_case(acme: Company, at: datetime) -> None:
    two(acme, at, email="Frida.Nystrom@Example.com")
    assert Repeat.objects.get().has_same_email


def test_a_phone_or_a_reference_is_enough(acme: Company, at: datetime) -> None:
    quick_order(acme.store, at, "FJB-1", email="a@example.com", phone="+46701234567")
    quick_order(acme.store, at, "FJB-2", email="b@example.com", phone="+46701234567")
    assert Repeat.objects.get().has_same_phone
    quick_order(acme.store, at, "FJB-2", email="c@example.com", phone="+46701111111")
    pair = Repeat.objects.latest("pk")
    assert (pair.has_same_email, pair.has_same_phone, pair.has_same_reference) == (False, False, True)


def test_the_stores_default_reference_says_nothing(acme: Company, at: datetime) -> None:
    acme.store.default_reference1 = "WEB"
    acme.store.save(update_fields=["default_reference1"])
    quick_order(acme.store, at, "WEB", email="a@example.com")
    quick_order(acme.store, at, "WEB", email="b@example.com")
    assert not Repeat.objects.exists()


def test_an_ended_order_is_not_repeated(acme: Company, at: datetime) -> None:
    first = builders.placed_order(acme.store, merchant_reference1="FJB-1")
    cancel_order(first.pk, key="c", tells_customer=False, access=None, by=Actor.system(), at=at)
    builders.placed_order(acme.store, merchant_reference1="FJB-2")
    assert not Repeat.objects.exists()


def test_a_hundred_equal_orders_make_few_pairs(acme: Company, at: datetime) -> None:
    for number in range(MOST + 3):
        quick_order(acme.store, at + timedelta(minutes=number), f"FJB-{number}")
    newest = Order.objects.get(merchant_reference1=f"FJB-{MOST + 2}")
    assert Repeat.objects.filter(later=newest).count() == MOST
    nearest = Repeat.objects.filter(later=newest).values_list("earlier__merchant_reference1", flat=True)
    assert set(nearest) == {f"FJB-{MOST + 1 - number}" for number in range(MOST)}


def test_the_list_marks_both_and_filters_them(alice_client: Client, acme: Company, at: datetime) -> None:
    two(acme, at)
    quick_order(acme.store, at, "FJB-3", lines=(BOWL,))
    marked = [row for row in rows(get(alice_client, "/orders/")) if "Repeated?" in row]
    assert len(marked) == 2
    page = get(alice_client, "/orders/", mark="repeated")
    assert len(rows(page)) == 2
    assert "Clear all" in page
    assert len(rows(get(alice_client, "/orders/", mark="repeated", status="captured"))) == 0
    assert "of <b>2</b>" in get(alice_client, "/orders/count/", mark="repeated")


def test_the_drawer_says_which_order_it_repeats(alice_client: Client, acme: Company, at: datetime) -> None:
    first, second = two(acme, at)
    page = html.unescape(get(alice_client, f"/orders/{second.pk}/"))
    assert "This looks like a repeat of FJB-1, 4 minutes earlier" in page
    assert "The same store, sum, and e-mail within 24 hours." in page
    assert f'href="/orders/{second.pk}/repeats/"' in page
    assert "FJB-2, 4 minutes later, looks like a repeat of this" in get(alice_client, f"/orders/{first.pk}/")


@pytest.mark.parametrize("which", [0, 1])
def test_once_one_is_refunded_nobody_is_asked(alice_client: Client, acme: Company, which: int) -> None:
    both = [builders.captured_order(acme.store, merchant_reference1=f"FJB-{number}") for number in (1, 2)]
    page = get(alice_client, "/orders/")
    assert sum("Repeated?" in row for row in rows(page)) == 2
    refund_order(both[which].pk, key="r", access=None, by=Actor.system(), at=clock.now())
    assert not any("Repeated?" in row for row in rows(get(alice_client, "/orders/")))
    assert rows(get(alice_client, "/orders/", mark="repeated")) == []
    assert "Nothing left to decide" in get(alice_client, f"/orders/{both[which].pk}/repeats/")


def test_sums_that_differ_by_now_are_no_repeat(alice_client: Client, acme: Company, at: datetime) -> None:
    first, _second = two(acme, at)
    Order.objects.filter(pk=first.pk).update(amount=first.amount - 1)
    assert not any("Repeated?" in row for row in rows(get(alice_client, "/orders/")))


def test_side_by_side_differences_are_marked(alice_client: Client, acme: Company, at: datetime) -> None:
    _first, second = two(acme, at, customer_name="Frida N", lines=(*LINES[1:], BOWL))
    page = get(alice_client, f"/orders/{second.pk}/repeats/")
    assert "<mark>Frida N</mark>" in page
    assert "<mark>Serving bowl" not in page
    assert page.count("Serving bowl, sea green 24 cm") == 2


def test_a_line_the_other_order_has_once_is_marked_the_second_time() -> None:
    line = Line(name="Bowl", quantity=1, unit_price=100, total_amount=100, tax_rate=2500)
    assert [ware.differs for ware in _wares([line, line], [line], "SEK")] == [False, True]


def _judge(client: Client, order: Order, do: str) -> Any:
    return client.post(f"/orders/{order.pk}/repeats/{Repeat.objects.get().pk}/", {"do": do}, follow=True)


def test_not_a_repeat_is_remembered_and_can_be_undone(alice_client: Client, acme: Company, at: datetime) -> None:
    first, second = two(acme, at)
    page = _judge(alice_client, second, "dismiss").content.decode()
    undo = f'action="/orders/{second.pk}/repeats/{Repeat.objects.get().pk}/"'
    assert "Remembered: these orders are no repeat." in page
    assert undo in page
    assert "Undo" in page
    assert "Not a repeat, said alice@acme.example" in page
    assert "Repeated?" not in "".join(rows(get(alice_client, "/orders/")))
    assert kinds(first) == kinds(second) == [What.REPEAT_DISMISSED, What.REPEAT_FOUND]
    _judge(alice_client, second, "dismiss")
    assert len(kinds(first)) == 2
    _judge(alice_client, first, "restore")
    assert kinds(second)[0] == What.REPEAT_RESTORED
    assert "Repeated?" in "".join(rows(get(alice_client, "/orders/")))


def test_each_order_has_its_own_remedy(alice_client: Client, acme: Company) -> None:
    first = builders.captured_order(acme.store, merchant_reference1="FJB-1")
    second = builders.placed_order(acme.store, merchant_reference1="FJB-2")
    page = get(alice_client, f"/orders/{first.pk}/repeats/")
    assert f'href="/orders/{first.pk}/refund/?everything=1&amp;reason=Repeat+of+FJB-2"' in page
    assert f'href="/orders/{second.pk}/cancel/?everything=1&amp;reason=Repeat+of+FJB-1"' in page


def test_the_remedy_opens_with_everything_filled_in(alice_client: Client, acme: Company) -> None:
    first = builders.captured_order(acme.store, merchant_reference1="FJB-1")
    by, at = Actor.system(), clock.now()
    refund_order(first.pk, key="a", access=None, by=by, at=at, selection=Selection(frees=(Free(1000, 2500, "Chip"),)))
    wish = {"everything": "1", "reason": "Repeat of FJB-2"}
    asked = parts_of(get(alice_client, f"/orders/{first.pk}/refund/", **wish))
    assert (asked["confirmed"], asked["reason"], asked["tells_customer"]) == ("205820", "Repeat of FJB-2", "on")
    second = builders.placed_order(acme.store, merchant_reference1="FJB-2")
    assert 'value="Repeat of FJB-1"' in get(alice_client, f"/orders/{second.pk}/cancel/", reason="Repeat of FJB-1")


def test_a_reader_sees_both_and_decides_nothing(vera_client: Client, acme: Company, at: datetime) -> None:
    _first, second = two(acme, at)
    page = get(vera_client, f"/orders/{second.pk}/repeats/")
    assert "FJB-1" in page
    assert "Cancel this order" not in page
    assert "Not a repeat" not in page
    assert _judge(vera_client, second, "dismiss").status_code == 403


def test_the_stranger_finds_nothing(charlie_client: Client, acme: Company, at: datetime) -> None:
    _first, second = two(acme, at)
    assert charlie_client.get(f"/orders/{second.pk}/repeats/").status_code == 404
    assert _judge(charlie_client, second, "dismiss").status_code == 404
    assert Repeat.objects.get().dismissed_at is None


def test_a_pair_is_judged_only_at_its_own_orders(alice_client: Client, acme: Company, at: datetime) -> None:
    two(acme, at)
    other = quick_order(acme.store, at, "FJB-3", lines=(BOWL,))
    assert _judge(alice_client, other, "dismiss").status_code == 404


def test_an_order_like_no_other_says_so(alice_client: Client, acme: Company, at: datetime) -> None:
    order = quick_order(acme.store, at)
    assert "No order looks like this one" in get(alice_client, f"/orders/{order.pk}/repeats/")
