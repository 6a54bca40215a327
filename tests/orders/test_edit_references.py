"""Editing the merchant references: which are open when, and what becomes of them."""

from __future__ import annotations

import pytest
from django.test import Client

from common import clock
from documents.models import Document
from orders.actions.edit_references import edit_references
from orders.models import Event, Order
from orders.timeline import What
from payments.actions import connect_sandbox
from tests.builders import captured_order
from tests.cast import Company
from tests.orders.edits import edit, opened, refusal, send, text
from tests.orders.line_edits import grid_of
from tests.orders.pages import get, quick_order, rows
from tests.orders.stages import STAGES, order_at

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = {"merchant_reference2"}
BOTH = {"merchant_reference1", *SECOND}
OPEN = {
    "pending": SECOND,
    "under_review": SECOND,
    "authorized": BOTH,
    "part_captured": BOTH,
    "captured": SECOND,
}


@pytest.fixture
def order(acme: Company) -> Order:
    return quick_order(acme.store, clock.now(), "FJB-1")


def edited(order: Order) -> int:
    return Event.objects.filter(order=order, kind=What.REFERENCES_EDITED).count()


def test_both_are_edited_and_found_again(alice_client: Client, order: Order) -> None:
    answer = edit(alice_client, order, "references", merchant_reference1="FJB-77", merchant_reference2="PO 77-2291")
    assert answer.status_code == 200, text(answer)
    assert (order.merchant_reference1, order.merchant_reference2) == ("FJB-77", "PO 77-2291")
    assert "Saved." in text(answer)
    assert answer.headers["HX-Replace-Url"] == f"/orders/{order.pk}/details/?q=FJB"
    assert "FJB-77" in rows(text(answer))[0]  # of the list, renewed beside the drawer
    assert "FJB-77" in rows(get(alice_client, "/orders/", q="77-2291"))[0]
    timeline = text(alice_client.get(f"/orders/{order.pk}/?kind=edits"))
    for words in ("References edited", "FJB-1 → FJB-77", "empty → PO 77-2291", "alice@acme.example"):
        assert words in timeline
    assert "Order placed" not in timeline


@pytest.mark.parametrize("stage", STAGES)
def test_the_status_says_which_are_open(alice_client: Client, acme: Company, stage: str) -> None:
    order = order_at(stage, acme.store)
    is_open = OPEN.get(stage, set())
    details = text(alice_client.get(f"/orders/{order.pk}/details/"))
    assert ('aria-describedby="lines-why"' in details) == (not is_open)
    assert set(opened(alice_client, order, "references")) & BOTH == is_open
    refused = {field: refusal(edit_references, order.pk, **{field: "NEW-1"}) for field in BOTH}
    assert {field for field, code in refused.items() if not code} == is_open
    assert set(refused.values()) <= {"", "field_locked", "not_editable"}
    order.refresh_from_db()
    assert {field for field in BOTH if getattr(order, field) == "NEW-1"} == is_open


def test_what_is_locked_is_shown_with_its_reason(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    page = get(alice_client, f"/orders/{order.pk}/edit/", target="drawer")
    assert "<dd>FJB-10498</dd>" in page
    assert "It is in your books since the order was captured, and stays." in page
    form = opened(alice_client, order, "references") | {"merchant_reference1": "X", "merchant_reference2": "PO 1"}
    assert send(alice_client, order, "references", form).status_code == 200
    order.refresh_from_db()
    assert (order.merchant_reference1, order.merchant_reference2) == ("FJB-10498", "PO 1")


@pytest.mark.parametrize(
    "path",
    ["/links/new/?store={mid}", "/links/configuration/?store={mid}", "/links/{order}/amend/", "/orders/{order}/edit/"],
)
def test_every_form_says_where_the_second_one_is_seen(alice_client: Client, acme: Company, path: str) -> None:
    connect_sandbox(acme.store, clock.now())
    order = order_at("pending", acme.store)
    page = text(alice_client.get(path.format(mid=acme.store.mid, order=order.pk)))
    assert "Not on the payment page; the packing slip shows it." in page
    assert "Only you see this." not in page


def test_a_role_that_does_not_edit_sees_no_pen(vera_client: Client, order: Order) -> None:
    assert "Edit order" not in get(vera_client, f"/orders/{order.pk}/details/")
    answer = vera_client.get(f"/orders/{order.pk}/edit/")
    assert answer.status_code == 403
    assert "Edit orders" in text(answer)
    assert send(vera_client, order, "references", {"merchant_reference1": "X", "version": "1"}).status_code == 403


def test_an_operator_edits_and_a_stranger_finds_nothing(
    bob_client: Client, charlie_client: Client, order: Order
) -> None:
    assert 'aria-label="Edit order"' in get(bob_client, f"/orders/{order.pk}/details/")
    assert edit(bob_client, order, "references", merchant_reference1="FJB-2").status_code == 200
    for rest in ("", "preview/"):
        assert send(charlie_client, order, "references", {"version": "1"}, rest=rest).status_code == 404
    assert charlie_client.get(f"/orders/{order.pk}/edit/").status_code == 404


def test_nothing_typed_changes_nothing(alice_client: Client, order: Order) -> None:
    before = order.version
    answer = edit(alice_client, order, "references", merchant_reference1="  FJB-1 ")
    assert "Nothing was changed." in text(answer)
    assert (order.version, edited(order)) == (before, 0)


def test_posted_twice_is_done_once(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "references") | {"merchant_reference2": "PO 1"}
    assert "Saved." in text(send(alice_client, order, "references", form))
    assert "This form had been sent already. Nothing new was done." in text(
        send(alice_client, order, "references", form)
    )
    assert edited(order) == 1


def test_an_older_version_is_refused_with_who_did_what(alice_client: Client, bob_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "references") | {"merchant_reference2": "PO 1"}
    edit(bob_client, order, "references", merchant_reference1="FJB-9")
    answer = send(alice_client, order, "references", form)
    assert (answer.status_code, "HX-Retarget" in answer.headers) == (409, False)
    assert "References edited by bob@acme.example" in text(answer)
    again = grid_of(text(answer))
    # what Alice typed stays; what she did not touch is what Bob made of it
    assert (again["merchant_reference1"], again["merchant_reference2"]) == ("FJB-9", "PO 1")
    assert send(alice_client, order, "references", again).status_code == 200
    order.refresh_from_db()
    assert (order.merchant_reference1, order.merchant_reference2) == ("FJB-9", "PO 1")


@pytest.mark.parametrize(("typed", "words"), [("", "Enter a reference."), ("x" * 256, "at most 255 characters")])
def test_what_cannot_be_a_reference_is_said_at_the_field(
    alice_client: Client, order: Order, typed: str, words: str
) -> None:
    answer = edit(alice_client, order, "references", merchant_reference1=typed, merchant_reference2="PO 1")
    assert (answer.status_code, "HX-Retarget" in answer.headers) == (422, False)
    assert "data-error-summary" in text(answer)
    assert text(answer).count(words) == 2  # in the summary and at the field
    assert 'aria-invalid="true"' in text(answer)
    assert grid_of(text(answer))["merchant_reference2"] == "PO 1"
    assert (order.merchant_reference1, edited(order)) == ("FJB-1", 0)


def test_a_form_shown_without_the_lines_leaves_them_as_they_are(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "references") | {"merchant_reference2": "PO 1"}
    alone = {name: value for name, value in form.items() if not name.startswith("line")}
    assert "Saved." in text(send(alice_client, order, "references", alone))
    order.refresh_from_db()
    assert (order.merchant_reference2, order.revision) == ("PO 1", 1)
    wrong = send(alice_client, order, "references", alone | {"merchant_reference1": "", "key": "2" * 32})
    assert (wrong.status_code, "Enter a reference." in text(wrong)) == (422, True)  # of an older version, too


def test_a_damaged_form_does_nothing(alice_client: Client, order: Order) -> None:
    answer = send(
        alice_client, order, "references", {"merchant_reference1": "X", "version": "x", "confirmed": "1"}, target=""
    )
    assert answer.status_code == 409
    assert "The form was damaged on its way." in text(answer)


def test_without_scripts_it_is_looked_at_before_it_is_saved(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/edit/")
    assert "<h1" in page
    assert 'hx-target="#drawer"' not in page
    first = send(alice_client, order, "references", grid_of(page) | {"merchant_reference1": "FJB-3"}, target="")
    assert (first.status_code, edited(order)) == (200, 0)
    assert "Look at what changes, then save." in text(first)
    assert "Before: FJB-1" in text(first)
    saved = send(alice_client, order, "references", grid_of(text(first)), target="")
    assert (saved.status_code, saved.headers["Location"]) == (302, f"/orders/{order.pk}/details/?q=FJB")
    assert edited(order) == 1


def test_the_preview_says_what_changes(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "references") | {"merchant_reference2": "PO 1"}
    page = text(send(alice_client, order, "references", form, target="edit-review", rest="preview/"))
    assert "Before: empty" in page
    assert "1 change" in page
    assert 'hx-swap-oob="innerHTML:#edit-save"' in page
    assert edited(order) == 0


def test_a_slip_that_was_made_is_asked_for_again(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    assert Document.objects.filter(subject_id=order.pk).count() == 1
    edit(alice_client, order, "references", merchant_reference2="PO 1")
    assert Document.objects.filter(subject_id=order.pk).count() == 2
