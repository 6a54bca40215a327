"""View logs of a large order: the beginning of each body, the whole of one that is asked for."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client

from accounts.models import Store
from developers.models import RequestLog
from developers.rows import SHOWN
from orders.lines import LineInput
from orders.models import LineType, Order
from tests import builders
from tests.orders.pages import get
from tests.orders.test_logs_page import log_page, logs_of

pytestmark = pytest.mark.django_db
_MORE = re.compile(
    r'<a class="link" href="([^"]+)" hx-get="\1" hx-target="#(request-\d+)" hx-swap="outerHTML">([^<]+)'
)
_BODY = re.compile(r"<pre id=\"request-\d+-body\"[^>]*>(.*?)</pre>", re.DOTALL)


@pytest.fixture
def order(store: Store) -> Order:
    """A captured order of 100 lines."""
    lines = [LineInput(LineType.PHYSICAL, f"Bowl {number} of 100", 1, 100 + number, 2500) for number in range(100)]
    return builders.captured_order(store, lines=tuple(lines))


def _body(page: str) -> str:
    found = _BODY.search(page)
    assert found
    return html.unescape(found[1])


def test_a_long_body_shows_its_beginning_up_to_a_whole_line(alice_client: Client, order: Order) -> None:
    page = log_page(alice_client, order, "Captured")
    whole = RequestLog.objects.get(action="capture").request["body"]
    beginning = _body(page)
    assert SHOWN - 100 < len(beginning) <= SHOWN
    assert whole.startswith(beginning + "\n")
    assert "Bowl 99 of 100" not in page
    assert 'aria-label="Copy Request"' not in page


def test_all_of_it_opens_in_its_place_and_without_scripts_as_a_page(alice_client: Client, order: Order) -> None:
    logs = logs_of(get(alice_client, f"/orders/{order.pk}/?q=frida"), "Captured")
    found = _MORE.search(get(alice_client, logs))
    assert found
    address, target, words = found.groups()
    assert address.endswith("/request/?q=frida")
    assert re.fullmatch(r"Show the whole request, \d+\.\d\xa0KB", html.unescape(words))
    fragment = get(alice_client, address, target=target)
    page = get(alice_client, address)
    for shown in (fragment, page):
        assert [line["name"] for line in json.loads(_body(shown))["lines"]] == [f"Bowl {n} of 100" for n in range(100)]
        assert 'aria-label="Copy Request"' in shown
    assert fragment.startswith(f'<div id="{target}">')
    assert f'<a class="link" href="{logs}">' in page


def test_what_was_cut_when_it_was_kept_says_so(alice_client: Client, order: Order) -> None:
    row = RequestLog.objects.get(action="capture")
    row.request |= {"is_cut": True, "size": 3 * 1024 * 1024}
    row.save(update_fields=["request"])
    kept = f"Cut: {len(row.request['body']):,} characters are kept, the whole body had 3.0\xa0MB."
    logs = logs_of(get(alice_client, f"/orders/{order.pk}/"), "Captured")
    found = _MORE.search(get(alice_client, logs))
    assert found
    assert kept in html.unescape(get(alice_client, found[1]))


def test_fifty_calls_of_a_large_order_stay_a_page_of_sane_weight(alice_client: Client, order: Order) -> None:
    row = RequestLog.objects.get(action="capture")
    row.response = row.request
    for _again in range(60):
        row.pk = None
        row.save(force_insert=True)
    logs = logs_of(get(alice_client, f"/orders/{order.pk}/"), "Captured")
    assert len(get(alice_client, logs)) < 50 * 2 * 2 * SHOWN


def test_a_call_is_reached_by_its_own_event_only(
    alice_client: Client, vera_client: Client, charlie_client: Client, order: Order, store: Store
) -> None:
    other = builders.captured_order(store, merchant_reference1="FJB-2")
    [mine, theirs] = [RequestLog.objects.get(action="capture", order_id=each.pk).pk for each in (order, other)]
    logs = logs_of(get(alice_client, f"/orders/{order.pk}/"), "Captured")
    assert alice_client.get(f"{logs}{mine}/response/").status_code == 200
    for wrong in (f"{theirs}/request/", f"{mine}/other/", f"{10**30}/request/", f"{mine}/path/"):
        assert alice_client.get(logs + wrong).status_code == 404
    assert vera_client.get(f"{logs}{mine}/request/").status_code == 403
    assert charlie_client.get(f"{logs}{mine}/request/").status_code == 404


def test_a_call_without_an_answer_has_no_response_to_show(alice_client: Client, order: Order) -> None:
    RequestLog.objects.filter(action="capture").update(response=None)
    row = RequestLog.objects.get(action="capture")
    logs = logs_of(get(alice_client, f"/orders/{order.pk}/"), "Captured")
    assert "<h2>Response" not in get(alice_client, logs)
    assert alice_client.get(f"{logs}{row.pk}/response/").status_code == 404
