"""Of an order whose rest was let go of, nobody says that everything was captured."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from common import clock
from common.actor import Actor
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import release_order
from orders.models import Order
from tests.builders import captured_order
from tests.cast import Company
from tests.orders.dialogs import text
from tests.orders.pages import get
from tests.orders.stages import order_at

pytestmark = pytest.mark.django_db(transaction=True)
WHOLE, NOTHING = "Everything has been captured", "Nothing is reserved any more"


def _captured(acme: Company, how: str) -> Order:
    """A captured order: all of it, or the apron alone when the rest was released or its hold ended."""
    if how == "whole":
        return captured_order(acme.store)
    order = order_at("part_captured", acme.store)
    if how == "released":
        release_order(order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now())
    else:
        with time_machine.travel(clock.now() + timedelta(days=8)):
            assert expire_authorizations(clock.now()) == 1
    order.refresh_from_db()
    assert (order.status, order.captured_amount < order.amount) == ("captured", True)
    return order


def _said(client: Client, order: Order) -> dict[str, str]:
    """What stands in the way of each verb, wherever it is said."""
    path = f"/orders/{order.pk}"
    menu = get(client, f"{path}/").partition('id="more-actions"')[2].partition("</div>")[0]
    dialogs = {verb: get(client, f"{path}/{verb}/", target="dialog") for verb in ("extend", "release", "capture")}
    return {
        "menu": menu,
        **dialogs,
        "details": get(client, f"{path}/details/"),
        "edit": text(client.get(f"{path}/edit/")),
    }


@pytest.mark.parametrize(
    ("how", "said", "unsaid"),
    [("whole", WHOLE, NOTHING), ("released", NOTHING, WHOLE), ("expired", NOTHING, WHOLE)],
)
def test_what_stands_in_the_way_is_true(alice_client: Client, acme: Company, how: str, said: str, unsaid: str) -> None:
    for place, page in _said(alice_client, _captured(acme, how)).items():
        assert said in page, place
        assert unsaid not in page, place
