"""Cancel, release and extend from the screen: what is asked, what is answered, what is hidden."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common import clock
from common.actor import Actor
from common.times import full_day
from messaging.models import Message
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.actions.refund import refund_order
from orders.models import Line, Operation, Order
from orders.selection import Selection
from payments.gateway import Outcome, Result
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests.builders import captured_order, placed_order
from tests.cast import Company
from tests.orders.line_edits import edit, wishes
from tests.orders.pages import HTMX, get, quick_order
from tests.orders.twice import captured_twice, captures_of, fault_at

pytestmark = pytest.mark.django_db(transaction=True)
SUM = "2,068.20 SEK"


@pytest.fixture
def order(acme: Company) -> Order:
    return placed_order(acme.store)


@pytest.fixture
def half(acme: Company) -> Order:
    """The apron (690.00 less its share of the discount) was captured."""
    order = placed_order(acme.store)
    line = Line.objects.get(order=order, name__startswith="Linen")
    capture_order(order.pk, key="a", access=None, by=Actor.system(), at=clock.now(), selection=Selection({line.pk: 1}))
    order.refresh_from_db()
    return order


def ask(client: Client, order: Order, verb: str) -> tuple[str, dict[str, str]]:
    """The dialog and its hidden fields."""
    page = get(client, f"/orders/{order.pk}/{verb}/", target="dialog", beside="1")
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("key", "version")}
    return html.unescape(page), {name: match[1] for name, match in found.items() if match}


def post(client: Client, order: Order, verb: str, form: dict[str, str], *, beside: bool = True) -> Any:
    headers: dict[str, Any] = {**HTMX, "HTTP_HX_TARGET": "drawer"} if beside else {}
    return client.post(f"/orders/{order.pk}/{verb}/?q=FJB", form, **headers)


def text(answer: Any) -> str:
    return html.unescape(str(answer.content, "utf-8"))


def test_cancelling_says_what_happens_to_the_money_and_does_it(alice_client: Client, order: Order) -> None:
    dialog, form = ask(alice_client, order, "cancel")
    for words in ("Cancel order FJB-10498?", f"The {SUM} reserved", "Nothing was charged", "Keep order", "Tell the"):
        assert words in dialog
    answer = post(alice_client, order, "cancel", {**form, "tells_customer": "on", "reason": "Out of stock"})
    order.refresh_from_db()
    assert (answer.status_code, order.status) == (200, "cancelled")
    assert f"Order FJB-10498 is cancelled: {SUM} released, nothing was charged." in text(answer)
    assert "Out of stock" in text(answer)
    assert Message.objects.filter(kind="order.voided").count() == 1
    assert answer.headers["HX-Replace-Url"] == f"/orders/{order.pk}/?q=FJB"


def test_cancelling_names_all_that_is_held_after_the_total_was_lowered(alice_client: Client, order: Order) -> None:
    edit(order, wishes(order, drop=("Home",)))
    assert order.amount < order.authorized_amount == order.releasable_amount
    dialog, form = ask(alice_client, order, "cancel")
    assert f"The {SUM} reserved" in dialog
    assert f"is cancelled: {SUM} released, nothing was charged." in text(post(alice_client, order, "cancel", form))


def test_without_scripts_it_is_a_page_and_leads_back(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/cancel/")
    assert "<h1" in page
    assert "hx-post" not in page
    answer = post(alice_client, order, "cancel", ask(alice_client, order, "cancel")[1], beside=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/{order.pk}/?q=FJB")
    assert not Message.objects.filter(kind="order.voided").exists()


def test_an_order_with_captures_is_released_and_refunded_in_one_step(alice_client: Client, half: Order) -> None:
    dialog, form = ask(alice_client, half, "cancel")
    for words in ("then everything captured is refunded", "Released, never charged", "Refunded to the customer"):
        assert words in dialog
    answer = post(alice_client, half, "cancel", {**form, "tells_customer": "on"})
    assert "Order FJB-10498 is ended: 1,444.21 SEK released, 623.99 SEK refunded." in text(answer)
    assert "all of it refunded" in text(answer)


def test_where_nothing_is_left_to_refund_none_is_promised(alice_client: Client, half: Order) -> None:
    refund_order(half.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    dialog, form = ask(alice_client, half, "cancel")
    assert "What is still reserved is released. Nothing is left to refund." in dialog
    assert "everything captured is refunded" not in dialog
    assert "Cancel order, release 1,444.21 SEK</button>" in dialog
    answer = post(alice_client, half, "cancel", form)
    assert "1,444.21 SEK released." in text(answer)


def test_half_way_is_said_and_the_same_dialog_goes_on(alice_client: Client, half: Order) -> None:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), key_prefix="refund-", times=1)
    answer = post(alice_client, half, "cancel", {**ask(alice_client, half, "cancel")[1], "reason": "Sold out"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#dialog")
    assert "Stopped half-way: 1,444.21 SEK released. The gateway declined the refund of 623.99 SEK" in text(answer)
    assert "Nothing is reserved any more" in text(answer)
    assert 'value="Sold out"' in text(answer)
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', text(answer)))
    again = post(alice_client, half, "cancel", form)
    assert "is ended: 623.99 SEK refunded." in text(again)


def test_each_refund_is_named_where_it_stopped_and_at_the_end(alice_client: Client, acme: Company) -> None:
    order = captured_twice(acme.store)
    dialog, form = ask(alice_client, order, "cancel")
    assert re.findall(r"Refunded, captured [^<]+</dt><dd[^>]*>[^\d]*([\d.,]+)", dialog) == ["677.34", "623.99"]
    fault_at(order, captures_of(order)[1], uuid.UUID(form["key"]).hex, Behaviour.Kind.DECLINE)
    answer = post(alice_client, order, "cancel", form)
    assert answer.status_code == 409
    assert "Stopped half-way: 766.87 SEK released, 677.34 SEK refunded." in text(answer)
    assert "The gateway declined the refund of 623.99 SEK" in text(answer)
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', text(answer)))
    assert "is ended: 623.99 SEK refunded." in text(post(alice_client, order, "cancel", form))
    whole = captured_twice(acme.store)
    answer = post(alice_client, whole, "cancel", ask(alice_client, whole, "cancel")[1])
    assert "is ended: 766.87 SEK released, 677.34 SEK refunded, 623.99 SEK refunded." in text(answer)


def test_an_unknown_refund_says_that_others_are_left(alice_client: Client, acme: Company) -> None:
    order = captured_twice(acme.store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), key_prefix="refund-", times=1)
    answer = post(alice_client, order, "cancel", ask(alice_client, order, "cancel")[1])
    assert "The refund of 677.34 SEK is not confirmed yet." in text(answer)
    assert "choose Cancel order again to refund what is left" in text(answer)


def test_releasing_names_the_sum_and_what_ends(alice_client: Client, half: Order) -> None:
    dialog, form = ask(alice_client, half, "release")
    assert "Release 1,444.21 SEK</button>" in dialog
    assert "nothing more can be captured" in dialog
    answer = post(alice_client, half, "release", form)
    half.refresh_from_db()
    assert (half.status, half.capturable_amount) == ("captured", 0)
    assert "1,444.21 SEK released." in text(answer)
    twice = post(alice_client, half, "release", form)
    assert twice.status_code == 200
    assert Operation.objects.filter(order=half, kind="release").count() == 1


def test_extending_shows_both_ends_and_the_gateways_counts(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store, method="klarna")
    with time_machine.travel(clock.now() + timedelta(days=10), tick=True):
        expected = full_day(clock.now() + timedelta(days=28))
        dialog, form = ask(alice_client, order, "extend")
        assert "Ends now" in dialog
        assert f"Extend to {expected}</button>" in dialog
        answer = post(alice_client, order, "extend", form)
    assert f"The authorization now ends {expected}." in text(answer)


@pytest.mark.parametrize("verb", ["cancel", "release"])
def test_a_stale_form_gets_fresh_numbers(alice_client: Client, half: Order, verb: str) -> None:
    _dialog, form = ask(alice_client, half, verb)
    Order.objects.filter(pk=half.pk).update(version=half.version + 1)
    answer = post(alice_client, half, verb, form)
    assert answer.status_code == 409
    assert "changed since you opened it" in text(answer)
    assert f'name="version" value="{half.version + 1}"' in text(answer)
    assert form["key"] not in text(answer)


@pytest.mark.parametrize(
    ("verb", "kind"), [("cancel", "cancellation"), ("release", "release"), ("extend", "extension")]
)
def test_what_is_not_known_is_said_in_the_drawer(
    alice_client: Client, acme: Company, half: Order, monkeypatch: pytest.MonkeyPatch, verb: str, kind: str
) -> None:
    order = half
    if verb != "release":
        order = quick_order(acme.store, clock.now(), "FJB-2")
        Order.objects.filter(pk=order.pk).update(payment_method="klarna")
    monkeypatch.setattr("orders.operations._send", lambda _operation: Result(Outcome.UNKNOWN))
    answer = post(alice_client, order, verb, ask(alice_client, order, verb)[1])
    assert answer.status_code == 200
    assert f"We do not know yet what became of the {kind}" in text(answer)
    assert f"/orders/{order.pk}/state/" in text(answer)
    assert "is not confirmed yet" in text(answer)


def test_an_unknown_release_says_how_to_go_on(alice_client: Client, half: Order) -> None:
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), key_prefix="release-", times=1)
    answer = post(alice_client, half, "cancel", ask(alice_client, half, "cancel")[1])
    assert "The release of 1,444.21 SEK is not confirmed yet." in text(answer)
    assert "choose Cancel order again to refund what was captured" in text(answer)


def test_a_declined_cancellation_is_said_where_it_was_asked(alice_client: Client, order: Order) -> None:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    answer = post(alice_client, order, "cancel", ask(alice_client, order, "cancel")[1])
    assert answer.status_code == 409
    assert "The gateway declined the cancellation" in text(answer)
    assert "Nothing was changed." in text(answer)


def test_a_damaged_form_does_nothing(alice_client: Client, order: Order) -> None:
    answer = post(alice_client, order, "cancel", {"key": "x", "version": "1"}, beside=False)
    assert answer.status_code == 409
    assert not Operation.objects.filter(order=order, kind="void").exists()


def test_the_menu_offers_what_is_possible_and_says_why_not(alice_client: Client, order: Order, half: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/")
    assert f'href="/orders/{order.pk}/cancel/"' in page
    assert f"/links/new/?from={order.pk}" in page
    assert "<small>Card does not let an authorization be extended.</small>" in page
    assert "<small>Nothing has been captured yet: cancel the order instead.</small>" in page
    assert "Release remaining 1,444.21</a>" in get(alice_client, f"/orders/{half.pk}/")


def test_a_reader_may_only_look_and_is_refused(vera_client: Client, order: Order) -> None:
    menu = get(vera_client, f"/orders/{order.pk}/").partition('id="more-actions"')[2].partition("</div>")[0]
    assert "View as customer" in menu
    assert menu.count("<a ") == 1
    assert "<button" not in menu
    for verb in ("cancel", "release", "extend"):
        assert vera_client.get(f"/orders/{order.pk}/{verb}/").status_code == 403
        form = {"key": str(uuid.uuid4()), "version": "1"}
        assert post(vera_client, order, verb, form, beside=False).status_code == 403


def test_a_stranger_is_told_nothing(charlie_client: Client, order: Order) -> None:
    for verb in ("cancel", "release", "extend"):
        assert post(charlie_client, order, verb, {"key": str(uuid.uuid4())}, beside=False).status_code == 404


def test_what_is_over_says_so_in_place_of_a_button(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    page = get(alice_client, f"/orders/{order.pk}/release/", target="dialog")
    assert "Everything has been captured." in page
    assert "danger solid" not in page
    assert "data-close>Close</button>" in page
    alone = get(alice_client, f"/orders/{order.pk}/release/")
    assert f'<div class="end row"><a class="btn" href="/orders/{order.pk}/">Back to the order</a></div>' in alone


def test_an_ended_authorization_says_what_it_let_go_of(alice_client: Client, half: Order) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert expire_authorizations(clock.now()) == 1
    page = html.unescape(get(alice_client, f"/orders/{half.pk}/"))
    assert "The authorization ended and 1,444.21 SEK was released" in page
    assert page.count(f"/links/new/?from={half.pk}") == 2


def test_who_may_not_send_links_is_not_told_to(alice_client: Client, vera_client: Client, half: Order) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert expire_authorizations(clock.now()) == 1
    told = {client: html.unescape(get(client, f"/orders/{half.pk}/")) for client in (alice_client, vera_client)}
    for page in told.values():
        assert "The authorization ended and 1,444.21 SEK was released" in page
        assert "The customer was not charged for it." in page
    assert "send a new payment link" in told[alice_client]
    assert "payment link." not in told[vera_client].partition('<ol class="timeline">')[0]
