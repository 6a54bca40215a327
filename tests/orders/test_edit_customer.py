"""Editing the customer: what is open when, what is read, and what becomes of it."""

from __future__ import annotations

import pytest
from django.test import Client

from common import clock
from documents.models import Document
from orders.actions.edit_customer import CustomerInput, edit_customer
from orders.models import Event, Order
from orders.timeline import What
from tests.builders import ADDRESS, captured_order, placed_order
from tests.cast import Company
from tests.orders.edits import controls, edit, opened, refusal, send, text
from tests.orders.pages import get, quick_order, rows
from tests.orders.stages import STAGES, order_at

pytestmark = pytest.mark.django_db(transaction=True)
DELIVERY_CONTACT = {"email", "phone", "delivery_street"}
ALL = {"name", "billing_street", *DELIVERY_CONTACT}
OPEN = {"authorized": ALL, "part_captured": ALL, "captured": DELIVERY_CONTACT}
OTHER = {**ADDRESS, "street": "Hornsgatan 112"}
WISHES = {
    "name": CustomerInput(name="Astrid Lindqvist"),
    "email": CustomerInput(email="astrid@example.com"),
    "phone": CustomerInput(phone="+46701740635"),
    "delivery_street": CustomerInput(delivery_address=OTHER),
    "billing_street": CustomerInput(billing_address=OTHER),
}


@pytest.fixture
def order(acme: Company) -> Order:
    return quick_order(acme.store, clock.now(), "FJB-1")


def edited(order: Order) -> int:
    return Event.objects.filter(order=order, kind=What.CUSTOMER_EDITED).count()


def test_everything_is_corrected_at_once(alice_client: Client, order: Order) -> None:
    answer = edit(
        alice_client,
        order,
        "customer",
        name="Astrid Lindqvist",
        email="astrid@example.com",
        phone="070-174 06 35",
        delivery_street="Götgatan 48",
        delivery_care_of="Svea Form",
        delivery_postal_code="11826",
        billing_city="Uppsala",
    )
    assert answer.status_code == 200, text(answer)
    assert (order.customer_name, order.email, order.phone) == (
        "Astrid Lindqvist",
        "astrid@example.com",
        "+46701740635",
    )
    assert order.delivery_address == {
        **ADDRESS,
        "street": "Götgatan 48",
        "care_of": "Svea Form",
        "postal_code": "118 26",
    }
    assert order.billing_address == {**ADDRESS, "city": "Uppsala"}
    assert answer.headers["HX-Replace-Url"] == f"/orders/{order.pk}/customer/?q=FJB"
    assert "Astrid Lindqvist" in rows(text(answer))[0]
    for words in ("070-174 06 35", "astrid lind", "astrid@example.com"):
        assert len(rows(get(alice_client, "/orders/", q=words))) == 1, words
    timeline = text(alice_client.get(f"/orders/{order.pk}/?kind=edits"))
    for words in (
        "Customer edited",
        "Frida Nyström → Astrid Lindqvist",
        "frida.nystrom@example.com → astrid@example.com",
        "empty → +46 70 174 06 35",
        "Delivery, Street",
        "Bondegatan 7 → Götgatan 48",
        "116 23 → 118 26",
        "Billing, City",
        "Stockholm → Uppsala",
    ):
        assert words in timeline, words


@pytest.mark.parametrize("stage", STAGES)
def test_the_status_says_what_is_open(alice_client: Client, acme: Company, stage: str) -> None:
    order = order_at(stage, acme.store)
    is_open = OPEN.get(stage, set())
    assert set(opened(alice_client, order, "customer")) & ALL == is_open
    refused = {field: refusal(edit_customer, order.pk, wish) for field, wish in WISHES.items()}
    assert {field for field, code in refused.items() if not code} == is_open
    assert set(refused.values()) <= {"", "field_locked", "not_editable"}
    assert edited(order) == len(is_open)


def test_one_reason_for_everything_is_said_once(alice_client: Client, acme: Company) -> None:
    page = get(alice_client, f"/orders/{order_at('cancelled', acme.store).pk}/customer/")
    assert page.count("The order was cancelled. It stays as it was.") == 1
    assert page.count('aria-describedby="contact-why"') == 3


def test_an_unpaid_order_leads_to_a_new_version(alice_client: Client, acme: Company) -> None:
    order = order_at("pending", acme.store)
    page = get(alice_client, f"/orders/{order.pk}/customer/")
    assert "The customer has not paid yet. To change anything, use Amend and resend." in page
    assert f"/links/{order.pk}/amend/" in page


def test_klarna_locks_billing_and_says_why(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store, method="klarna")
    why = "Klarna approved the payment for this name and address. They are locked since the authorization."
    assert why in get(alice_client, f"/orders/{order.pk}/customer/")
    dialog = get(alice_client, f"/orders/{order.pk}/customer/edit/", target="dialog", beside="1")
    assert why in dialog
    assert "<dd>Bondegatan 7</dd>" in dialog
    form = opened(alice_client, order, "customer")
    assert "billing_street" not in form
    send(alice_client, order, "customer", form | {"billing_street": "X 1", "delivery_street": "Y 1"})
    order.refresh_from_db()
    assert (order.billing_address["street"], order.delivery_address["street"]) == ("Bondegatan 7", "Y 1")
    assert refusal(edit_customer, order.pk, WISHES["billing_street"]) == "field_locked"


def test_the_viewer_sees_no_pen_and_a_stranger_nothing(
    vera_client: Client, charlie_client: Client, order: Order
) -> None:
    assert "#i-pencil" not in get(vera_client, f"/orders/{order.pk}/customer/")
    assert vera_client.get(f"/orders/{order.pk}/customer/edit/").status_code == 403
    for rest in ("", "preview/"):
        assert send(vera_client, order, "customer", {"version": "1"}, rest=rest).status_code == 403
        assert send(charlie_client, order, "customer", {"version": "1"}, rest=rest).status_code == 404


def test_an_operator_edits(bob_client: Client, order: Order) -> None:
    assert 'aria-label="Edit delivery address"' in get(bob_client, f"/orders/{order.pk}/customer/")
    assert edit(bob_client, order, "customer", name="Astrid").status_code == 200
    assert order.customer_name == "Astrid"


def test_posted_twice_is_done_once(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "customer") | {"phone": "070-174 06 35"}
    assert "Saved." in text(send(alice_client, order, "customer", form))
    assert "Nothing was changed." in text(send(alice_client, order, "customer", form))
    assert edited(order) == 1


def test_an_older_version_keeps_what_was_typed(alice_client: Client, bob_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "customer") | {"name": "Astrid"}
    del form["tells_customer"]
    edit(bob_client, order, "customer", delivery_street="Götgatan 48", phone="070-174 06 35")
    answer = send(alice_client, order, "customer", form)
    assert answer.status_code == 409
    assert "Customer edited by bob@acme.example" in text(answer)
    again = controls(text(answer))
    assert (again["name"], again["delivery_street"], again["phone"]) == ("Astrid", "Götgatan 48", "+46 70 174 06 35")
    assert "tells_customer" not in again
    send(alice_client, order, "customer", again)
    order.refresh_from_db()
    assert (order.customer_name, order.delivery_address["street"]) == ("Astrid", "Götgatan 48")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "frida"}, "This is not an e-mail address."),
        ({"email": ""}, "Leave an e-mail address or a phone number"),
        ({"phone": "12"}, "Enter a phone number such as"),
        ({"delivery_street": ""}, "Enter a street and number."),
        ({"delivery_postal_code": "1"}, "Enter a postal code of the chosen country, such as 116 23."),
        ({"billing_country": ""}, "Choose a country."),
        ({"name": "x" * 256}, "at most 255 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    alice_client: Client, order: Order, typed: dict[str, str], words: str
) -> None:
    answer = edit(alice_client, order, "customer", **{"delivery_region": "Sörmland", **typed})
    assert answer.status_code == 422
    assert text(answer).count(words) == 2  # in the summary and at the field
    assert controls(text(answer))["delivery_region"] == "Sörmland"
    assert edited(order) == 0


def test_what_was_not_touched_is_not_checked(alice_client: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(phone="123", delivery_address={"organization_name": "Svea", "city": "X"})
    order.refresh_from_db()
    assert edit(alice_client, order, "customer", name="Astrid").status_code == 200
    assert (order.customer_name, order.phone) == ("Astrid", "123")
    edit(alice_client, order, "customer", **{f"delivery_{part}": value for part, value in ADDRESS.items()})
    assert order.delivery_address == {"organization_name": "Svea", **ADDRESS}


def test_the_preview_echoes_what_was_read_and_who_is_told(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order, "customer") | {"phone": "0701740635", "email": "astrid@example.com"}
    page = text(send(alice_client, order, "customer", form, target="edit-changes", rest="preview/"))
    assert "Before: empty<br>Saved as +46 70 174 06 35" in page
    assert "2 changes" in page
    assert "astrid@example.com gets a message with what changed." in page
    assert "frida.nystrom@example.com is told only that the contact changed." in page
    page = text(send(alice_client, order, "customer", form | {"phone": "07"}, target="edit-changes", rest="preview/"))
    assert "Enter a phone number such as" in page
    assert edited(order) == 0


def test_a_slip_that_was_made_is_asked_for_again(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    edit(alice_client, order, "customer", delivery_street="Götgatan 48")
    assert Document.objects.filter(subject_id=order.pk).count() == 2


def test_without_scripts_it_is_looked_at_before_it_is_saved(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/customer/edit/")
    first = send(alice_client, order, "customer", controls(page) | {"name": "Astrid"}, target="")
    assert "Before: Frida Nyström" in text(first)
    assert "The customer is not told of a corrected name alone." in text(first)
    assert edited(order) == 0
    saved = send(alice_client, order, "customer", controls(text(first)), target="")
    assert (saved.status_code, saved.headers["Location"]) == (302, f"/orders/{order.pk}/customer/?q=FJB")
    assert edited(order) == 1
