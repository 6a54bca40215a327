"""Capturing by lines, units and amounts from the screen, with and without scripts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from orders.lines import LineInput
from orders.models import LineType, Operation, Order
from payments.gateways import gateway_for
from tests import builders
from tests.builders import placed_order
from tests.cast import Company
from tests.orders.dialogs import dialog, line, only, send, text, updated
from tests.orders.pages import get, parts_of

pytestmark = pytest.mark.django_db(transaction=True)
CHANGING = {"csrfmiddlewaretoken", "key", "version", "confirmed", "free-0-rate"}
BOOK = LineInput(LineType.PHYSICAL, "Book of glazes", 3, 10600, 600, "BOOK")


@pytest.fixture
def order(acme: Company) -> Order:
    return placed_order(acme.store)


def test_everything_left_is_chosen_when_it_opens(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/capture/", target="dialog", beside="1")
    assert page.count("data-pick checked") == 3
    assert "of 2</span>" in page
    assert "−218.80" in page
    assert "Of which VAT 25%" in page
    assert "Frida Nyström is charged 2,068.20 SEK now." in page
    assert "Release the remaining" not in page
    assert parts_of(page)["confirmed"] == str(builders.TOTAL)


def test_the_preview_follows_the_choice(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order), Serving=1)
    answer = send(alice_client, order, form, "captures/preview/", "parts-sums")
    page = text(answer)
    assert "<html" not in page
    for words in ("Capture 677.34 SEK", "Capturing 677.34 SEK…", "−71.66", "1,390.86 SEK stays reserved until"):
        assert words in page
    assert "Release the remaining 1,390.86" in page
    assert f'hx-swap-oob="innerHTML:#line-{line(order, "Serving")}-sum">749.00' in page
    released = text(send(alice_client, order, form | {"has_release": "on"}, "captures/preview/", "parts-sums"))
    assert "The remaining 1,390.86 SEK is released and cannot be captured later." in released


def test_units_are_captured_without_scripts(alice_client: Client, order: Order) -> None:
    form = only(order, parts_of(get(alice_client, f"/orders/{order.pk}/capture/")), Serving=1)
    form = updated(alice_client, order, form | {"reference": "PACK-7", "description": "First parcel"})
    assert (form["confirmed"], form["reference"]) == ("67734", "PACK-7")
    answer = send(alice_client, order, form, target="")
    order.refresh_from_db()
    assert (answer.status_code, order.status, order.captured_amount) == (302, "part_captured", 67734)
    operation = Operation.objects.get(order=order, kind="capture")
    assert (operation.reference, operation.description) == ("PACK-7", "First parcel")
    timeline, details = (get(alice_client, f"/orders/{order.pk}/{tab}") for tab in ("", "details/"))
    assert "Capture reference PACK-7</p>" in timeline
    assert ">First parcel</p>" in timeline
    assert "<dd>PACK-7</dd>" in details
    assert ">First parcel.</p>" in details
    again = text(alice_client.get(f"/orders/{order.pk}/capture/"))
    assert "1 of 2 captured" in again
    assert "Capture 1,390.86 SEK" in again


def test_what_was_captured_is_muted_and_locked(alice_client: Client, order: Order) -> None:
    form = updated(alice_client, order, only(order, dialog(alice_client, order), Serving=2, Linen=1))
    send(alice_client, order, form)
    page = get(alice_client, f"/orders/{order.pk}/capture/")
    assert "2 of 2 captured" in page
    assert f'name="line-{line(order, "Serving")}" aria-label="Serving bowl, sea green 24 cm" disabled' in page
    assert f'name="quantity-{line(order, "Serving")}"' not in page


def test_a_sum_nobody_saw_is_never_captured(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order), Serving=1)  # the button still says 2,068.20
    answer = send(alice_client, order, form)
    assert answer.status_code == 422
    assert "The sum is now 677.34 SEK. Nothing was done" in text(answer)
    assert answer.headers["HX-Retarget"] == "#dialog"
    assert not Operation.objects.filter(order=order, kind="capture").exists()
    assert send(alice_client, order, parts_of(answer.content.decode())).status_code == 200
    order.refresh_from_db()
    assert order.captured_amount == 67734


def test_an_amount_goes_along_with_lines(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order), Linen=1)
    amount = {"free-0-amount": "100,50", "free-0-rate": "2500", "free-0-name": "Deposit"}
    form = updated(alice_client, order, form | amount)
    answer = send(alice_client, order, form)
    assert answer.status_code == 200
    pieces = Operation.objects.get(order=order, kind="capture").lines
    assert pieces.get(line=None).amount == 10050
    assert pieces.get(line=None).name == "Deposit"
    assert pieces.filter(line__name__startswith="Linen").exists()


def test_the_rest_after_an_amount_is_proposed_as_an_amount(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order))
    form |= {"free-0-amount": "1000", "free-0-rate": "2500", "free-0-name": "Deposit"}
    send(alice_client, order, updated(alice_client, order, form))
    rest = dialog(alice_client, order)
    assert int(rest["confirmed"]) == builders.TOTAL - 100000
    assert rest["free-0-name"] == "Remaining amount"
    assert send(alice_client, order, rest).status_code == 200
    order.refresh_from_db()
    assert order.status == "captured"


def test_the_rest_is_released_with_the_capture(alice_client: Client, order: Order) -> None:
    form = updated(alice_client, order, only(order, dialog(alice_client, order), Linen=1) | {"has_release": "on"})
    assert send(alice_client, order, form).status_code == 200
    assert Operation.objects.get(order=order, kind="capture").has_release
    assert Operation.objects.filter(order=order, kind="release").exists()


WRONG = [
    ({"quantity": "x"}, "Enter a whole number, such as 2."),
    ({"quantity": "3"}, "At most 2 are left."),
    ({"free-0-amount": "abc"}, "Enter an amount such as 1,234.50."),
    ({"free-0-amount": "1.234", "free-0-name": "x"}, "1234"),
    ({"free-0-amount": "-5", "free-0-name": "x"}, "Enter an amount above 0."),
    ({"free-0-amount": "10"}, "Enter a name for the amount."),
    ({"free-0-amount": "10", "free-0-name": "x", "free-0-rate": "1"}, "Choose one of the order's tax rates."),
    ({"free-0-amount": "9000", "free-0-name": "x"}, "At most 713.52 SEK is left at 25% beside the chosen lines."),
    ({"reference": "x" * 256}, "at most 255 characters"),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_the_input_kept(
    alice_client: Client, order: Order, change: dict[str, str], words: str
) -> None:
    form = only(order, dialog(alice_client, order), Serving=2)
    key = line(order, "Serving")
    form |= {(f"quantity-{key}" if name == "quantity" else name): value for name, value in change.items()}
    answer = send(alice_client, order, form, target="")
    page = text(answer)
    assert answer.status_code == 422
    assert page.count(words) >= 2  # in the summary and at the field
    assert "<title>Error:" in page
    kept = parts_of(answer.content.decode())
    assert all(kept[name] == form[name] for name in form if name not in CHANGING)
    assert not Operation.objects.filter(order=order, kind="capture").exists()


def test_nothing_chosen_is_an_error_only_when_sent(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order))
    preview = send(alice_client, order, form, "captures/preview/", "parts-sums")
    assert "the sum must be above 0" not in text(preview)
    answer = send(alice_client, order, form)
    assert answer.status_code == 422
    assert "the sum must be above 0" in text(answer)


def test_lines_beyond_what_amounts_left_name_the_limit(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order))
    form |= {"free-0-amount": "1000", "free-0-rate": "2500", "free-0-name": "Deposit"}
    send(alice_client, order, updated(alice_client, order, form))
    answer = send(alice_client, order, only(order, dialog(alice_client, order) | {"free-0-amount": ""}, Serving=2))
    assert answer.status_code == 422
    assert "1,068.20 SEK is left at 25%" in text(answer)


def test_somebody_else_came_first_and_the_input_stays(alice_client: Client, bob_client: Client, order: Order) -> None:
    late = updated(bob_client, order, only(order, dialog(bob_client, order), Linen=1)) | {"reference": "BOB"}
    send(alice_client, order, updated(alice_client, order, only(order, dialog(alice_client, order), Serving=2)))
    answer = send(bob_client, order, late)
    page = text(answer)
    assert answer.status_code == 409
    assert "changed since you opened it" in page
    assert "2 of 2 captured" in page
    fresh = parts_of(answer.content.decode())
    assert (fresh["reference"], fresh[f"line-{line(order, 'Linen')}"]) == ("BOB", "on")
    assert fresh["key"] != late["key"]
    assert send(bob_client, order, fresh).status_code == 200
    assert Operation.objects.filter(order=order, kind="capture").count() == 2


def test_a_part_posted_twice_is_one_capture(alice_client: Client, order: Order) -> None:
    form = updated(alice_client, order, only(order, dialog(alice_client, order), Serving=1))
    first, second = send(alice_client, order, form), send(alice_client, order, form)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "had been sent already" in text(second)
    assert Operation.objects.filter(order=order, kind="capture").count() == 1


def test_rates_are_kept_apart(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store, lines=(*builders.LINES, BOOK))
    page = get(alice_client, f"/orders/{order.pk}/capture/")
    assert "Of which VAT 25%" in page
    assert "Of which VAT 6%" in page
    form = only(order, parts_of(page), Book=1)
    assert "112.36" not in page
    answer = text(send(alice_client, order, form, "captures/preview/", "parts-sums"))
    assert "Capture 106.00 SEK" in answer
    assert "Of which VAT 25%" not in answer


def test_a_dialog_costs_few_questions(alice_client: Client, order: Order, django_assert_max_num_queries: Any) -> None:
    form = dialog(alice_client, order)
    with django_assert_max_num_queries(10):
        send(alice_client, order, form, "captures/preview/", "parts-sums")


def test_without_a_second_capture_the_rest_is_lost_and_said_so(
    alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = gateway_for(order.paying_account).method("card")
    once = replace(method, capabilities=replace(method.capabilities, multi_capture=False))
    monkeypatch.setattr("payments.sandbox_gateway.SandboxGateway.method", lambda *_a: once)
    form = updated(alice_client, order, only(order, dialog(alice_client, order), Linen=1))
    page = text(send(alice_client, order, form, "captures/preview/", "parts-sums"))
    assert "Card allows one capture: the remaining 1,444.21 SEK is released and lost." in page
    assert "has_release" not in page
    send(alice_client, order, form)
    assert Operation.objects.get(order=order, kind="release").amount == 144421


def test_a_method_that_takes_no_parts_is_captured_whole(
    alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = gateway_for(order.paying_account).method("card")
    whole = replace(method, capabilities=replace(method.capabilities, partial_capture=False))
    monkeypatch.setattr("payments.sandbox_gateway.SandboxGateway.method", lambda *_a: whole)
    everything = dialog(alice_client, order)
    answer = send(alice_client, order, only(order, everything, Linen=1))
    assert answer.status_code == 422
    assert "Card can only be captured whole." in text(answer)
    assert send(alice_client, order, everything).status_code == 200


def test_a_form_of_a_thousand_lines_is_read(alice_client: Client, order: Order) -> None:
    many = {f"quantity-{number}": "1" for number in range(2000)}
    answer = send(alice_client, order, dialog(alice_client, order) | many, "captures/preview/", "parts-sums")
    assert answer.status_code == 200


def test_an_unpaid_order_shows_the_reason_and_captures_nothing(alice_client: Client, acme: Company) -> None:
    pending = builders.system_link(acme.store).order
    for more in ("", "?amount=10", "?amount=x"):
        assert alice_client.get(f"/orders/{pending.pk}/capture/{more}").status_code == 200
    form = {"key": "a", "version": str(pending.version), "confirmed": "0"}
    assert alice_client.post(f"/orders/{pending.pk}/captures/preview/", form).status_code == 200
    refused = alice_client.post(f"/orders/{pending.pk}/captures/", form)
    assert refused.status_code == 409
    assert "not paid" in refused.content.decode()
    assert not Operation.objects.filter(order=pending).exists()
