"""An unpaid order's forms pressed at the same moment: of two people one is told who acted, a double click acts once."""

from __future__ import annotations

import html
from types import ModuleType
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from orders.models import Order
from paylinks.actions import cancel, resend, withdraw
from paylinks.models import PaymentLink
from tests import builders
from tests.cast import Company
from tests.concurrency.racing import Meeting, race
from tests.filling import Form

pytestmark = pytest.mark.django_db(transaction=True)
FORMS: dict[str, tuple[ModuleType, str]] = {
    "resend": (resend, "Payment link created, {who},"),
    "cancel": (cancel, "Payment link cancelled, {who},"),
    "withdraw": (withdraw, "Cancelled, {who},"),
}
DONE = {"resend": "link.created", "cancel": "link.cancelled", "withdraw": "order.cancelled"}


@pytest.fixture
def link(acme: Company, alice: User) -> PaymentLink:
    return builders.system_link(acme.store)


def _address(link: PaymentLink, verb: str) -> str:
    return f"/links/{link.order_id if verb == 'withdraw' else link.pk}/{verb}/"


def _meet_before_the_lock(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """Both have looked, and nothing stood in the way of either."""
    act, meeting = FORMS[verb][0], Meeting(2)
    real: Any = act.after_closing

    def met(*args: Any, **named: Any) -> Any:
        meeting.wait()
        return real(*args, **named)

    monkeypatch.setattr(act, "after_closing", met)


def _open(link: PaymentLink, verb: str, person: User) -> tuple[Client, dict[str, str]]:
    browser = Client()
    browser.force_login(person)
    return browser, Form(_address(link, verb), browser.get(_address(link, verb)).content.decode()).values


def _made(link: PaymentLink, verb: str) -> int:
    """How often it was done since the order was made."""
    return Order.objects.get(pk=link.order_id).events.filter(kind=DONE[verb]).count() - (verb == "resend")


@pytest.mark.parametrize("verb", FORMS)
def test_of_two_people_the_second_is_told_who_was_faster(
    link: PaymentLink, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    opened = [_open(link, verb, person) for person in (alice, bob)]
    _meet_before_the_lock(monkeypatch, verb)
    answers = race(*[lambda b=browser, f=form: b.post(_address(link, verb), f) for browser, form in opened])
    assert sorted(answer.status_code for answer in answers) == [302, 409], answers
    winner = (alice, bob)[[answer.status_code for answer in answers].index(302)]
    page = html.unescape(next(answer for answer in answers if answer.status_code == 409).content.decode())
    assert "The order has changed since you opened it." in page
    assert FORMS[verb][1].format(who=winner.email) in page
    assert _made(link, verb) == 1


@pytest.mark.parametrize("verb", FORMS)
def test_a_double_click_is_done_once_and_answered_twice(
    link: PaymentLink, alice: User, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    browser, form = _open(link, verb, alice)
    _meet_before_the_lock(monkeypatch, verb)

    def click() -> Any:
        mine = Client()
        mine.cookies = browser.cookies
        return mine.post(_address(link, verb), form)

    assert [answer.status_code for answer in race(click, click)] == [302, 302]
    assert _made(link, verb) == 1
