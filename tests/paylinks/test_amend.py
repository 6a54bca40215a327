"""Amend and resend: the next version of an unpaid order under a new link, the same order ID."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.actions import configure_store
from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders.models import Event, Line, Order
from paylinks import messages
from paylinks.actions.amend import amend_order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.actions.withdraw import withdraw_order
from paylinks.models import PaymentLink
from tests import builders
from tests.paylinks.customers import silent_gateway

pytestmark = pytest.mark.django_db
BY = Actor("member", "alice@acme.example")
FEWER = (replace(builders.BOWL, quantity=1), *builders.LINES[1:])
LESS = builders.TOTAL - 74900


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def amend(
    link: PaymentLink, *, key: uuid.UUID | None = None, version: int | None = None, **changes: Any
) -> PaymentLink:
    """The next version of the order's current content."""
    order = Order.objects.get(pk=link.order_id)
    wanted = builders.order_input(**({"lines": FEWER} | changes))
    return amend_order(
        order.pk,
        wanted,
        form_key=key or uuid.uuid4(),
        version=order.version if version is None else version,
        access=None,
        by=BY,
        at=clock.now(),
    )


def test_the_order_gets_a_second_version_and_keeps_the_first(link: PaymentLink) -> None:
    before = {line.name: line.item for line in Line.objects.filter(order=link.order, revision=1)}
    new = amend(link, merchant_reference1="FJB-10499")
    order = Order.objects.get(pk=link.order_id)
    assert (order.revision, order.amount, order.tax_amount) == (2, LESS, 26384)
    assert (order.merchant_reference1, order.status, "fjb-10499" in order.search_text) == (
        "FJB-10499",
        "pending",
        True,
    )
    lines = {line.name: line.item for line in Line.objects.filter(order=order, revision=2)}
    assert lines == before
    first = Line.objects.filter(order=order, revision=1)
    assert sum(line.total_amount for line in first) == builders.TOTAL
    assert (new.number, new.revision, new.is_current, new.expires_at - new.created_at) == (
        2,
        2,
        True,
        timedelta(hours=48),
    )
    link.refresh_from_db()
    assert (link.status, link.is_current, link.replaced_by_id, link.revision) == ("cancelled", False, new.pk, 1)


def test_the_timeline_says_what_changed_before_the_new_link(link: PaymentLink) -> None:
    amend(link, recipient_email="nils@example.com")
    events = list(Event.objects.filter(order=link.order).order_by("seq"))
    assert [event.kind for event in events[-3:]] == ["link.replaced", "order.amended", "link.created"]
    amended = events[-2]
    assert (amended.amount, amended.data["old_total"], amended.actor) == (LESS, builders.TOTAL, BY.label)
    assert [change["what"] for change in amended.data["changes"]] == ["line", "contact"]


def test_the_message_names_both_totals_and_the_new_link(link: PaymentLink) -> None:
    new = amend(link)
    rendered = messages.render(Message.objects.get(subject_id=new.pk))
    assert rendered is not None
    assert rendered.subject == "TEST: Order FJB-10498 from Acme Sweden has changed"
    for words in ("1,319.20 SEK", "before 2,068.20 SEK", "1 × 749.00, before 2 × 749.00", messages.url_of(new.pk)):
        assert words in rendered.text, words
        assert words in rendered.html, words
    assert messages.render(Message.objects.get(subject_id=link.pk)) is None


def test_a_link_that_only_came_anew_says_nothing_of_it(link: PaymentLink) -> None:
    newest = resend_link(amend(link).pk, access=None, by=BY, at=clock.now())
    rendered = messages.render(Message.objects.get(subject_id=newest.pk))
    assert rendered is not None
    assert rendered.subject == "TEST: Pay order FJB-10498 from Acme Sweden"


def test_a_text_message_says_it_in_one_text(store: Store) -> None:
    phone = {"recipient_email": "", "recipient_phone": "+46701740605"}
    new = amend(builders.system_link(store, **phone), **phone)
    rendered = messages.render(Message.objects.get(subject_id=new.pk))
    assert rendered is not None
    assert "order FJB-10498 has changed, now 1,319.20 SEK, was 2,068.20 SEK. Pay before" in rendered.text


def test_what_the_customer_does_not_see_is_no_news_to_them(link: PaymentLink) -> None:
    new = amend(link, lines=builders.LINES, merchant_reference2="PO 4711")
    rendered = messages.render(Message.objects.get(subject_id=new.pk))
    assert rendered is not None
    assert rendered.subject == "TEST: Pay order FJB-10498 from Acme Sweden"
    assert "4711" not in rendered.text


def test_the_same_form_twice_is_one_version(link: PaymentLink) -> None:
    key = uuid.uuid4()
    assert amend(link, key=key).pk == amend(link, key=key).pk
    assert Order.objects.get(pk=link.order_id).revision == 2


def test_a_form_that_made_another_order_changes_nothing_here(store: Store, link: PaymentLink) -> None:
    other = builders.system_link(store)
    key = uuid.uuid4()
    amend(other, key=key)
    with pytest.raises(DomainError, match="used already"):
        amend(link, key=key)
    assert Order.objects.get(pk=link.order_id).revision == 1


def test_an_expired_link_is_amended_too(store: Store) -> None:
    old = builders.system_link(store, at=clock.now() - timedelta(hours=49))
    assert amend(old).is_open(clock.now())
    old.refresh_from_db()
    assert (old.status, old.is_current) == ("expired", False)


def test_so_is_an_order_whose_link_was_cancelled(link: PaymentLink) -> None:
    cancel_link(link.pk, access=None, by=BY, at=clock.now())
    assert amend(link).number == 2


@pytest.mark.parametrize("end", ["paid", "withdrawn"])
def test_an_order_that_no_longer_waits_is_not(link: PaymentLink, end: str) -> None:
    if end == "paid":
        builders.paid(link)
    else:
        withdraw_order(link.order_id, key="w", access=None, by=BY, at=clock.now(), tells_customer=False)
    with pytest.raises(DomainError) as refused:
        amend(link)
    assert refused.value.code == {"paid": "completed", "withdrawn": "not_pending"}[end]


def test_nothing_changed_sends_nothing(link: PaymentLink) -> None:
    with pytest.raises(DomainError, match="Nothing was changed"):
        amend(link, lines=builders.LINES)
    assert PaymentLink.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": "NO"}, "fixed"),
        ({"currency": "EUR"}, "fixed"),
        ({"lines": ()}, "no_lines"),
        ({"lines": (replace(builders.BOWL, unit_price=0),)}, "total_not_positive"),
        ({"recipient_phone": "+46701740605"}, "recipient"),
        ({"merchant_reference1": " "}, "reference"),
    ],
)
def test_what_creating_refuses_amending_refuses(link: PaymentLink, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        amend(link, **changes)
    assert refused.value.code == code
    assert Order.objects.get(pk=link.order_id).revision == 1


def test_terms_and_agreement_are_asked_again(store: Store, link: PaymentLink) -> None:
    Store.objects.filter(pk=store.pk).update(allowed_currencies=["EUR"])
    with pytest.raises(DomainError, match="SEK is not in the agreement"):
        amend(link)
    Store.objects.filter(pk=store.pk).update(allowed_currencies=["SEK"])
    store.refresh_from_db()
    configure_store(store, {"terms_url": ""}, by=BY, at=clock.now())
    with pytest.raises(DomainError, match="Terms and conditions are missing"):
        amend(link)


def test_who_changed_it_meanwhile_is_not_overwritten(link: PaymentLink) -> None:
    seen = Order.objects.get(pk=link.order_id).version
    resend_link(link.pk, access=None, by=BY, at=clock.now())
    with pytest.raises(DomainError) as refused:
        amend(link, version=seen)
    assert refused.value.code == "stale"


def test_a_running_attempt_is_closed_and_does_not_make_the_form_stale(link: PaymentLink) -> None:
    seen = Order.objects.get(pk=link.order_id).version
    attempt = builders.begun(link)
    amend(link, version=seen)
    attempt.refresh_from_db()
    assert attempt.state == "abandoned"


def test_a_customer_who_was_faster_keeps_the_first_version(link: PaymentLink) -> None:
    builders.decide(builders.begun(link))
    with pytest.raises(DomainError, match="has just paid"):
        amend(link)
    order = Order.objects.get(pk=link.order_id)
    assert (order.status, order.revision, order.authorized_amount) == ("authorized", 1, builders.TOTAL)


def test_while_the_gateway_is_silent_nothing_changes(link: PaymentLink, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = builders.begun(link)
    with silent_gateway(monkeypatch), pytest.raises(DomainError, match="does not answer, so nothing was changed"):
        amend(link)
    attempt.refresh_from_db()
    assert (attempt.state, Order.objects.get(pk=link.order_id).revision) == ("begun", 1)
