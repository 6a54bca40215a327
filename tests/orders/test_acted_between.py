"""Somebody acts between the reading of the order and of its pieces: who and what is told, not what the mixture says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from orders.models import Operation, Order
from tests import builders
from tests.cast import Company
from tests.orders import line_edits
from tests.orders.dialogs import dialog, only, send, text, updated

pytestmark = pytest.mark.django_db(transaction=True)
Between = Callable[[str, Callable[[], Any]], list[Any]]
PIECES = {"capture": "orders.choosing.capture.rest_to_capture", "refund": "orders.choosing.refund.rest_to_refund"}
WRONG = ("More units", "More is chosen", "are left", "is left", "The sum is now", "Nothing is left")


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Do `act` at once when the pieces are first read: the order was read before. Answers what `act` was answered."""

    def place(reading: str, act: Callable[[], Any]) -> list[Any]:
        module, _, name = reading.rpartition(".")
        real = getattr(__import__(module, fromlist=[name]), name)
        answers: list[Any] = []

        def read(*args: Any) -> Any:
            monkeypatch.setattr(reading, real)
            answers.append(act())
            return real(*args)

        monkeypatch.setattr(reading, read)
        return answers

    return place


def _order(acme: Company, verb: str) -> Order:
    return builders.captured_order(acme.store) if verb == "refund" else builders.placed_order(acme.store)


def _form(client: Client, order: Order, verb: str, **units: int) -> dict[str, str]:
    form = only(order, dialog(client, order, verb), **units)
    return updated(client, order, form, f"{verb}s/")


def _is_honest(answer: Any, who: str) -> bool:
    """Nothing was done, and the page names who did what instead of what the mixture of old and new comes to."""
    page = text(answer)
    summary = page[page.index("The order has changed since you opened it.") :].split("<")[0]
    assert answer.status_code == 409
    assert who in summary
    assert not [words for words in WRONG if words in summary]
    return True


@pytest.mark.parametrize("verb", PIECES)
def test_the_same_form_between_is_answered_as_before(
    alice_client: Client, acme: Company, between: Between, verb: str
) -> None:
    order = _order(acme, verb)
    form = _form(alice_client, order, verb, Serving=2)
    first = between(PIECES[verb], lambda: send(alice_client, order, form, f"{verb}s/"))
    second = send(alice_client, order, form, f"{verb}s/")
    assert (first[0].status_code, second.status_code) == (200, 200)
    assert "This form had been sent already." in text(second)
    assert Operation.objects.filter(order=order, kind=verb).count() == 1


@pytest.mark.parametrize("verb", PIECES)
@pytest.mark.parametrize("units", [{"Serving": 2}, {"Serving": 1, "Linen": 1}], ids=["the same", "others"])
def test_another_form_between_is_told_with_who_did_it(
    alice_client: Client, bob_client: Client, acme: Company, between: Between, verb: str, units: dict[str, int]
) -> None:
    order = _order(acme, verb)
    form = _form(alice_client, order, verb, Serving=2)
    others = _form(bob_client, order, verb, **units)
    first = between(PIECES[verb], lambda: send(bob_client, order, others, f"{verb}s/"))
    assert _is_honest(send(alice_client, order, form, f"{verb}s/"), "by bob@acme.example")
    assert first[0].status_code == 200
    assert Operation.objects.filter(order=order, kind=verb, actor="bob@acme.example").count() == 1
    assert not Operation.objects.filter(order=order, kind=verb, actor="alice@acme.example").exists()


def _edit(client: Client, order: Order) -> dict[str, str]:
    """The apron removed, looked at, and its sum confirmed."""
    return line_edits.without(line_edits.opened(client, order), "Linen") | {"confirmed": "137820"}


def test_a_capture_between_is_told_to_who_edits_the_lines(
    alice_client: Client, bob_client: Client, acme: Company, between: Between
) -> None:
    order = _order(acme, "capture")
    form, others = _edit(alice_client, order), _form(bob_client, order, "capture", Linen=1)
    between("orders.editing.typed.standing_of", lambda: send(bob_client, order, others))
    assert _is_honest(line_edits.send(alice_client, order, form), "Captured by bob@acme.example")
    order.refresh_from_db()
    assert (order.revision, order.operations.filter(kind="capture").count()) == (1, 1)


def test_the_same_edit_between_by_another_is_told_and_by_the_same_form_answered(
    alice_client: Client, bob_client: Client, acme: Company, between: Between
) -> None:
    order = _order(acme, "capture")
    form, others = _edit(alice_client, order), _edit(bob_client, order)
    between("orders.editing.typed.standing_of", lambda: line_edits.send(bob_client, order, others))
    assert _is_honest(line_edits.send(alice_client, order, form), "Order edited by bob@acme.example")
    order = _order(acme, "capture")
    form = _edit(alice_client, order)
    between("orders.editing.typed.standing_of", lambda: line_edits.send(alice_client, order, form))
    assert line_edits.send(alice_client, order, form).status_code == 200
    order.refresh_from_db()
    assert order.revision == 2
