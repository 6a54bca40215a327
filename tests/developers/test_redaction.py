"""What is kept of a call: secrets and people never, whatever lies around them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from developers import redaction
from developers.redaction import HIDDEN, address, masked, message, path, scrubbed
from paylinks.tokens import token_of

JSON = [("Content-Type", "application/json")]
# planted values are spelled in letters and digits that no shape around them has
WORD = st.text(alphabet="ÆØÞßŒ", min_size=4, max_size=12)
DIGITS = st.text(alphabet="123456789", min_size=10, max_size=16)
EMAIL = st.builds("{}@{}.example".format, WORD, WORD)
PHONE = st.builds("+46 {}".format, DIGITS)
PERSON = st.one_of(WORD, EMAIL, PHONE, DIGITS)
SECRETS = ["secret", "client_secret", "apiKey", "access-token", "Authorization", "signature", "password", "cvc", "pan"]
PEOPLE = [
    "given_name", "family_name", "name", "email", "e-mail", "phone", "streetAddress", "postal_code", "city",
    "date_of_birth", "national_identification_number", "customer", "nickname", "x", "favourite_colour", "ip",
]  # fmt: skip
AROUND = ["data", "session", "order", "payment", "lines", "id", "object", "billing_address", "card", "events"]
HARMLESS: dict[str, Any] = {"state": "succeeded", "amount": 206820, "currency": "SEK", "is_test": True, "note": None}


def kept(body: Any, headers: list[tuple[str, str]] = JSON) -> str:
    """All that is stored of a message with this body."""
    return json.dumps(message(headers, json.dumps(body).encode()), ensure_ascii=False)


def nested(value: Any) -> st.SearchStrategy[Any]:
    """The value with harmless things around it, as deep as it may get."""
    wraps: list[Callable[[Any], Any]] = [
        lambda inner: [inner],
        lambda inner: [HARMLESS, inner, 1],
        *(lambda inner, key=key: {**HARMLESS, key: inner} for key in AROUND),
    ]
    return st.lists(st.sampled_from(wraps), max_size=25).map(
        lambda way: json.loads(json.dumps(_around(value, way), ensure_ascii=False))
    )


def _around(value: Any, way: list[Callable[[Any], Any]]) -> Any:
    for wrap in way:
        value = wrap(value)
    return value


@given(data=st.data(), key=st.sampled_from(SECRETS), secret=st.one_of(WORD, DIGITS))
def test_a_secret_is_never_kept(data: st.DataObject, key: str, secret: str) -> None:
    for value in (secret, [secret], {"id": secret}, {"lines": [{"name": secret}]}):
        assert secret not in kept(data.draw(nested({key: value})))


@given(data=st.data(), key=st.sampled_from(PEOPLE), person=PERSON)
def test_a_person_is_never_kept(data: st.DataObject, key: str, person: str) -> None:
    around = data.draw(nested({key: person}))
    if key != "name" or '"lines"' not in json.dumps(around):
        assert person not in kept(around)


@given(data=st.data(), digits=DIGITS, key=st.sampled_from([*SECRETS, *PEOPLE]))
def test_a_number_long_enough_to_be_a_card_or_a_person_is_never_kept(
    data: st.DataObject, digits: str, key: str
) -> None:
    assert digits not in kept(data.draw(nested({key: int(digits)})))


@given(person=PERSON, inner=st.sampled_from(["id", "reference", "message", "state", "key", "country", "type"]))
@pytest.mark.parametrize("key", ["customer", "billing_address", "shippingAddress", "card", "payer", "contact"])
def test_inside_a_person_nothing_is_kept(key: str, person: str, inner: str) -> None:
    for value in ({inner: person}, [{inner: person}], {"lines": [{"name": person}]}, {"deep": {inner: [person]}}):
        assert person not in kept({key: value})


@given(email=EMAIL, number=DIGITS, before=st.sampled_from(["Write to ", "<", "Call ", "(", "is:"]))
def test_sentences_are_kept_without_addresses_and_numbers(email: str, number: str, before: str) -> None:
    for planted in (email, number, f"+46 {number[:3]}-{number[3:]}", f"sk_live_{number}", f"Bearer {number}"):
        found = kept({"message": f"{before}{planted}, then.", "lines": [{"name": f"{before}{planted} x"}]})
        assert planted not in found
        assert number[:8] not in found


@given(name=EMAIL)
def test_names_of_fields_tell_nothing_either(name: str) -> None:
    assert name not in kept({name: 1, "a": {name: {"b": 2}}})


@given(
    name=st.sampled_from(["Authorization", "Cookie", "Stripe-Signature", "X-Anything", "webhook-signature", "from"]),
    value=WORD,
)
def test_only_headers_on_the_list_are_kept(name: str, value: str) -> None:
    found = message([(name, value)], b"")
    assert found["headers"] == [[name.lower(), HIDDEN]]


@given(value=EMAIL)
@pytest.mark.parametrize("name", sorted(redaction.HEADERS))
def test_not_even_those_carry_people(name: str, value: str) -> None:
    assert value not in json.dumps(message([(name, f"a {value}")], b""), ensure_ascii=False)


@given(link=st.uuids(), rest=st.sampled_from(["", "back/1/", "?a=b", "#x"]))
def test_the_way_to_a_customers_page_is_never_kept(link: uuid.UUID, rest: str) -> None:
    token = token_of(link)
    url = f"https://shop.example/pay/{token}/{rest}"
    body = {"return_url": url, "redirect_url": url, "message": f"See {url}.", "url": url, "reference": token}
    assert token not in kept(body, [*JSON, ("Location", url), ("Location", f"/pay/{token}/"), ("User-Agent", url)])
    assert token not in path(f"/pay/{token}/{rest}")
    assert token not in path(f"/elsewhere/{token}")


def test_what_follows_a_way_in_is_hidden_however_it_looks() -> None:
    assert path("/pay/short/back/1/") == f"/pay/{HIDDEN}/back/1/"
    assert path("/sign-in/abc/?next=x") == f"/sign-in/{HIDDEN}/?next={HIDDEN}"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_whatever_comes_can_be_stored(value: Any) -> None:
    found = message(JSON, json.dumps(value).encode())
    assert "\0" not in found["body"].encode().decode()


def test_halves_of_characters_are_left_out() -> None:
    found = message([*JSON, ("x\0", "\0")], rb'{"message": "a\ud800b\u0000", "\udfff": "\ud800"}')
    assert json.loads(found["body"]) == {"message": "ab", "": ""}
    assert found["headers"][1] == ["x", HIDDEN]


@given(st.binary(max_size=200))
def test_what_is_no_json_is_not_kept_beyond_its_size(raw: bytes) -> None:
    for content_type in ("application/json", "text/html; charset=utf-8"):
        found = message([("content-type", content_type)], raw)
        assert found["size"] == len(raw)
        if "html" in content_type:
            assert found["body"] == ""
            assert found["kind"] == ("other" if raw else "empty")


def test_what_helps_stays_readable() -> None:
    body = {
        "our_reference": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "key": "capture-0123456789abcdef0123456789abcdef",
        "amount": 206820,
        "expires_at": "2026-11-22T12:00:00.123456+00:00",
        "lines": [{"name": "Serving bowl, sea green 24 cm", "quantity": 2, "tax_rate": 2500}],
        "payment": {"label": "Visa •• 4242", "state": "authorized", "movements": []},
        "error": {"code": "amount_too_large", "message": "At most 100.00 SEK can be captured."},
    }
    assert json.loads(message(JSON, json.dumps(body).encode())["body"]) == body


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("frida.nystrom@example.com", "f…@…"), ("me@x.se", "m…@…"), ("+46 70 174 06 05", "…05"), ("Frida", "F…"),
        ("Bondegatan 7", "B…"), ("Bo", "…"), ("", ""), ("19811228-9874", "…74"), ("4111 1111 1111 1111", "…11"),
    ],
)  # fmt: skip
def test_a_mask_keeps_the_shape(value: str, shape: str) -> None:
    assert masked(value) == shape


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://alice:pw@shop.example:8443/a?x=1&y=2#z", "https://shop.example:8443/a?x=•••&y=•••"),
        ("https://[::1", HIDDEN),
        ("ftp://x", HIDDEN),
        ("javascript:alert(1)", HIDDEN),
    ],
)
def test_an_address_is_kept_without_its_secrets(url: str, shown: str) -> None:
    assert address(url) == shown


def test_where_the_customer_is_sent_is_the_gateways_secret() -> None:
    assert json.loads(message(JSON, b'{"redirect_url": "https://pay.example/c/cs_1"}')["body"]) == {
        "redirect_url": f"https://pay.example/{HIDDEN}"
    }


def test_a_body_too_large_or_too_deep_is_not_looked_into() -> None:
    assert message(JSON, b" " * (redaction.MOST_READ + 1))["kind"] == "other"
    assert message(JSON, b"[" * 100_000)["kind"] == "other"
    deep = message(JSON, b'{"a":' * 30 + b"1" + b"}" * 30)
    assert deep["is_cut"]
    assert HIDDEN in deep["body"]


def test_a_sentence_stays_a_sentence() -> None:
    assert scrubbed("At most 2,068.20 SEK of 3 items, not 4111 1111 1111 1111.") == (
        "At most 2,068.20 SEK of 3 items, not …11."
    )
