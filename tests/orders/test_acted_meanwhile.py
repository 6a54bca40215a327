"""Somebody acts while another's movement is at the gateway: what it is, how much and whose is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from orders import operations
from orders.models import Operation, Order
from tests import builders
from tests.cast import Company
from tests.orders.dialogs import dialog, only, send, text, updated

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["captures/", "cancel/"])
def test_what_is_at_the_gateway_is_named_with_its_sum_and_who_asked_for_it(
    alice_client: Client, bob_client: Client, acme: Company, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    order = builders.placed_order(acme.store)
    form = dialog(alice_client, order)  # its key and version are all that cancelling needs
    others = updated(bob_client, order, only(order, dialog(bob_client, order), Linen=1))
    real, answers = operations._send, []

    def sending(operation: Operation) -> Any:
        answers.append(send(alice_client, order, form, path))
        return real(operation)

    monkeypatch.setattr(operations, "_send", sending)
    assert send(bob_client, order, others).status_code == 200
    page = text(answers[0])
    assert (answers[0].status_code, len(answers)) == (409, 1)
    assert "The order has changed since you opened it." in page
    assert "Capture, 623.99 SEK, by bob@acme.example," in page
    assert "The gateway has not answered yet." in page
    order = Order.objects.get(pk=order.pk)
    assert (order.captured_amount, order.operations.exclude(kind="authorize").count()) == (62399, 1)
