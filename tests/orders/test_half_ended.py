"""An end that stopped half-way: said in every window until it is finished or put away, and the customer hears the end."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common import clock
from common.actor import Actor
from messaging.models import Message
from orders import operations
from orders.actions.refund import refund_order
from orders.models import Alert, Event, Operation, Order
from orders.tasks import deliver_message
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests.cast import Company
from tests.filling import Form
from tests.orders.pages import HTMX, get
from tests.orders.twice import captured_twice

pytestmark = pytest.mark.django_db(transaction=True)
REPEAT = "there is nothing to repeat"
NOT_BEGUN = "the refunds that follow are not begun yet"
STOPPED = "Cancelling the order stopped half-way: {} SEK is not refunded"
UNFINISHED = "Cancelling the order is not finished"
BOTH, SECOND = "1,301.33", "623.99"


@pytest.fixture
def twice(acme: Company) -> Order:
    """Of 2,068.20, 677.34 and 623.99 were captured; 766.87 are reserved."""
    return captured_twice(acme.store)


def _fault(kind: str, prefix: str) -> None:
    controls.set_behaviour(kind, at=clock.now(), key_prefix=prefix, times=1)


def _form(client: Client, order: Order, *, tells: bool = True) -> dict[str, str]:
    page = get(client, f"/orders/{order.pk}/cancel/")
    form = Form(f"/orders/{order.pk}/cancel/", page).values
    return form if tells else {name: value for name, value in form.items() if name != "tells_customer"}


def _end(client: Client, order: Order, *, beside: bool, **more: str) -> str:
    """Confirm the end as the form stands, and read the page that follows."""
    headers: dict[str, Any] = {**HTMX, "HTTP_HX_TARGET": "drawer"} if beside else {}
    answer = client.post(f"/orders/{order.pk}/cancel/", {**_form(client, order), **more}, follow=True, **headers)
    return html.unescape(answer.content.decode())


def _page(client: Client, order: Order, target: str = "") -> str:
    return html.unescape(get(client, f"/orders/{order.pk}/", target=target))


def _polled(client: Client, order: Order) -> str:
    """What the drawer is told once the gateway has answered."""
    return html.unescape(
        client.get(f"/orders/{order.pk}/state/", {"version": "1"}, **HTMX, HTTP_HX_TARGET="drawer").content.decode()
    )


def _answered(order: Order) -> None:
    for operation in Operation.objects.filter(order=order, state="unknown"):
        operations.resolve(operation.pk)


def _deliver(order: Order) -> None:
    for message in Message.objects.filter(order_id=order.pk, kind="order.refunded").order_by("created_at"):
        deliver_message(str(message.pk))


def _dismiss(client: Client, order: Order, page: str, *, beside: bool) -> str:
    found = re.search(r'action="(/orders/[^"]+/dismiss/[^"]*)"', page)
    assert found
    headers: dict[str, Any] = {**HTMX, "HTTP_HX_TARGET": "drawer"} if beside else {}
    return html.unescape(client.post(found[1], follow=True, **headers).content.decode())


@pytest.mark.parametrize("beside", [True, False])
def test_an_unknown_release_says_that_the_refunds_are_not_begun(
    alice_client: Client, twice: Order, beside: bool
) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    told = _end(alice_client, twice, beside=beside)
    assert "The release of 766.87 SEK is not confirmed yet." in told
    assert "Then choose Cancel order again to refund what was captured." in told
    for page in (told, _page(alice_client, twice), _page(alice_client, twice, "drawer")):
        assert f"{UNFINISHED}: {BOTH} SEK is not refunded yet" in page
        assert REPEAT not in page
        assert "Go on cancelling" not in page
    assert NOT_BEGUN in _page(alice_client, twice)


@pytest.mark.parametrize("beside", [True, False])
def test_when_the_gateway_has_answered_it_stays_said_until_it_is_done(
    alice_client: Client, twice: Order, beside: bool
) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    _end(alice_client, twice, beside=beside)
    _answered(twice)
    for page in (_polled(alice_client, twice), _page(alice_client, twice), _page(alice_client, twice, "drawer")):
        assert STOPPED.format(BOTH) in page
        assert "alice@acme.example confirmed it" in page
        assert re.search(rf'href="/orders/{twice.pk}/cancel/[^"]*"[^>]*>Go on cancelling</a>', page)
    assert "Half cancelled</span>" in get(alice_client, "/orders/")
    assert twice.merchant_reference1 in get(alice_client, "/orders/", mark="half_ended")
    done = _end(alice_client, twice, beside=beside)
    assert "is ended: 677.34 SEK refunded, 623.99 SEK refunded." in done
    assert UNFINISHED not in done
    assert "stopped half-way" not in _page(alice_client, twice)
    assert "Half cancelled</span>" not in get(alice_client, "/orders/")


@pytest.mark.parametrize(
    ("kind", "due"), [(Behaviour.Kind.DECLINE, BOTH), (Behaviour.Kind.TIMEOUT_AFTER, SECOND)], ids=["declined", "late"]
)
@pytest.mark.parametrize("beside", [True, False])
def test_a_refund_that_stops_the_others_is_said_too(
    alice_client: Client, twice: Order, kind: str, due: str, beside: bool
) -> None:
    _fault(kind, "refund-")
    told = _end(alice_client, twice, beside=beside)
    assert "766.87 SEK released" in told
    page = _page(alice_client, twice)
    assert f"{due} SEK is not refunded" in page
    assert REPEAT not in page
    _answered(twice)
    assert STOPPED.format(due) in _page(alice_client, twice)
    assert " refunded." in _end(alice_client, twice, beside=beside)
    assert "half-way" not in _page(alice_client, twice)


def test_the_last_refund_on_its_way_needs_nobody(alice_client: Client, twice: Order) -> None:
    _fault(Behaviour.Kind.DECLINE, "refund-")
    _end(alice_client, twice, beside=False)
    refund_order(twice.pk, key="x", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    assert "Cancelling the order" not in _page(alice_client, twice)  # refunded another way: it went by itself

    other = captured_twice(twice.store, merchant_reference1="FJB-2")
    _fault(Behaviour.Kind.DECLINE, "refund-")
    _end(alice_client, other, beside=False)
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "refund-")
    refund_order(other.pk, key="y", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    page = _page(alice_client, other)
    assert "The last refund is not confirmed yet; then this goes away by itself." in page
    assert REPEAT in page
    _answered(other)
    assert "Cancelling the order" not in _page(alice_client, other)


@pytest.mark.parametrize("beside", [True, False])
def test_who_decides_otherwise_puts_it_away_and_the_customer_hears_of_the_rest(
    alice_client: Client, twice: Order, mailoutbox: Any, beside: bool
) -> None:
    _fault(Behaviour.Kind.DECLINE, "refund-")
    _end(alice_client, twice, beside=beside)
    page = _dismiss(alice_client, twice, _page(alice_client, twice), beside=beside)
    for shown in (page, _page(alice_client, twice), _page(alice_client, twice, "drawer")):
        assert "Cancelling the order" not in shown
    assert Event.objects.get(order=twice, kind="alert.dismissed").actor == "alice@acme.example"
    assert "Cancelled half-way" in page
    message = Message.objects.get(order_id=twice.pk, kind="order.released")
    deliver_message(str(message.pk))
    assert "766.87 SEK was still reserved; it is let go and not charged." in mailoutbox[-1].body


@pytest.mark.parametrize("tells", [True, False])
def test_put_away_after_another_try_the_customer_hears_of_the_release_that_was_made(
    alice_client: Client, twice: Order, mailoutbox: Any, tells: bool
) -> None:
    path = f"/orders/{twice.pk}/cancel/"
    _fault(Behaviour.Kind.DECLINE, "release-")
    alice_client.post(path, _form(alice_client, twice, tells=tells))
    _fault(Behaviour.Kind.DECLINE, "refund-")
    alice_client.post(path, _form(alice_client, twice, tells=tells))
    _dismiss(alice_client, twice, _page(alice_client, twice), beside=False)
    made = Operation.objects.filter(order=twice, kind="release")
    assert sorted(made.values_list("state", flat=True)) == ["declined", "succeeded"]
    told = Message.objects.filter(order_id=twice.pk, kind="order.released")
    assert [message.subject_id for message in told] == ([made.get(state="succeeded").pk] if tells else [])
    if tells:
        deliver_message(str(told.get().pk))
        assert "766.87 SEK was still reserved; it is let go and not charged." in mailoutbox[-1].body


@pytest.mark.parametrize("tells", [True, False])
def test_put_away_while_the_release_is_not_known_the_customer_hears_when_it_is(
    alice_client: Client, twice: Order, tells: bool
) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    alice_client.post(f"/orders/{twice.pk}/cancel/", _form(alice_client, twice, tells=tells))
    page = _dismiss(alice_client, twice, _page(alice_client, twice), beside=False)
    assert REPEAT in page  # the refunds were given up
    assert not Message.objects.filter(order_id=twice.pk, kind="order.released").exists()
    _answered(twice)
    assert Message.objects.filter(order_id=twice.pk, kind="order.released").exists() is tells
    assert "Cancelling the order" not in _page(alice_client, twice)


@pytest.mark.parametrize("is_soon", [True, False])
def test_going_on_keeps_what_was_wished_and_the_customer_hears_the_end(
    alice_client: Client, twice: Order, mailoutbox: Any, is_soon: bool
) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "refund-")
    _end(alice_client, twice, beside=True, reason="Sold out")
    _answered(twice)
    later = clock.now() if is_soon else clock.now() + timedelta(minutes=2)
    with time_machine.travel(later):
        if not is_soon:
            _deliver(twice)
            assert "has refunded this part of order" in mailoutbox[-1].body
        form = _form(alice_client, twice)
        assert (form["tells_customer"], form["reason"]) == ("on", "Sold out")
        _end(alice_client, twice, beside=True)
    with time_machine.travel(later + timedelta(minutes=2)):
        _deliver(twice)
    assert len([mail for mail in mailoutbox if "Refund for order" in mail.subject]) == (1 if is_soon else 2)
    end = (
        "has refunded all you were charged for order"
        if is_soon
        else "Together with what was refunded before, that is all you were charged."
    )
    for words in (mailoutbox[-1].body, mailoutbox[-1].alternatives[0].content):
        assert ("1,301.33" if is_soon else "623.99") in words
        assert end in " ".join(words.split())


def test_who_was_not_to_hear_of_it_does_not_when_it_goes_on(alice_client: Client, twice: Order) -> None:
    _fault(Behaviour.Kind.TIMEOUT_AFTER, "release-")
    alice_client.post(f"/orders/{twice.pk}/cancel/", _form(alice_client, twice, tells=False))
    _answered(twice)
    assert "tells_customer" not in _form(alice_client, twice)


def test_an_end_that_goes_through_leaves_nothing_to_look_at(alice_client: Client, twice: Order) -> None:
    _end(alice_client, twice, beside=False)
    assert not Alert.objects.filter(order=twice, closed_at=None).exists()
    assert "Cancelling the order" not in _page(alice_client, twice)


def test_a_process_that_dies_between_two_movements_leaves_it_said(
    alice_client: Client, twice: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: Any, **_wish: Any) -> Operation:
        raise SystemExit

    monkeypatch.setattr("orders.actions.unwind.refund_order", dies)
    with pytest.raises(SystemExit):
        _end(alice_client, twice, beside=True)
    assert STOPPED.format(BOTH) in _page(alice_client, twice)
