"""The customer's page: what it shows, what it costs, and that looking changes nothing."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.assets import bundle, minify
from orders.models import Event, Line, Order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.models import Attempt, PaymentLink
from paylinks.tokens import token_of
from tests import builders
from tests.paylinks.customers import url

pytestmark = pytest.mark.django_db

CSS = Path(project.BASE_DIR) / "static" / "css"


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def test_the_page_shows_shop_order_sums_and_time(client: Client, link: PaymentLink) -> None:
    page = client.get(url(link)).content.decode()
    sums = ("2 × 749.00", "1,498.00", "\u2212218.80", "VAT included, 25%", "413.64", "Pay 2,068.20 SEK")
    for words in ("Acme Sweden", "Order FJB-10498", "47 h 59 min left", "TEST", *sums):
        assert words in page, words


def test_terms_are_never_ticked_in_advance(client: Client, link: PaymentLink) -> None:
    page = client.get(url(link)).content.decode()
    assert '<input type="checkbox" name="terms" id="terms" required>' in page
    assert f'<a href="{link.order.store.terms_url}" target="_blank" rel="noopener">terms and conditions</a>' in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_page_changes_nothing(client: Client, link: PaymentLink, method: str) -> None:
    before = _everything(link)
    for _time in range(3):
        assert getattr(client, method)(url(link)).status_code == 200
    assert _everything(link) == before


def _everything(link: PaymentLink) -> tuple[Any, ...]:
    rows = PaymentLink.objects.filter(pk=link.pk).values(), Order.objects.filter(pk=link.order_id).values()
    return (*(list(row) for row in rows), Event.objects.count(), Attempt.objects.count())


def test_it_is_private_unindexed_and_needs_no_cookie(client: Client, link: PaymentLink) -> None:
    answer = client.get(url(link))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert not answer.cookies
    page = answer.content.decode()
    assert "form-action 'self' http" in answer["Content-Security-Policy"]
    assert "csrfmiddlewaretoken" not in page
    assert "style=" not in page


def test_it_loads_nothing_but_its_own_stylesheet_and_script(client: Client, link: PaymentLink) -> None:
    page = client.get(url(link)).content.decode()
    assert page.count('<link rel="stylesheet"') == 1
    assert page.count("<script") == 1
    assert "sprite.svg" not in page


@pytest.mark.parametrize("lines", [1, 50])
def test_it_needs_four_queries_however_long_the_order(
    client: Client, store: Store, lines: int, django_assert_max_num_queries: Any
) -> None:
    link = builders.system_link(store, lines=(builders.BOWL,) * lines)
    with django_assert_max_num_queries(4):
        assert client.get(url(link)).status_code == 200


def test_page_and_css_fit_into_14_kilobytes_as_sent(client: Client, link: PaymentLink) -> None:
    css = minify(bundle((CSS / "pay.css").read_text(), lambda name: (CSS / name).read_text()))
    answer = client.get(url(link), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert "Pay 2,068.20 SEK" in gzip.decompress(answer.content).decode()
    size = len(gzip.compress(css.encode(), 9)) + len(answer.content)
    assert size <= 14 * 1024, size


def test_an_unknown_token_is_a_page_that_knows_nothing(client: Client, link: PaymentLink) -> None:
    token = token_of(link.pk)
    for wrong in ("nonsense", token[:-1] + ("A" if token[-1] != "A" else "B"), "\u00e5" * 49):
        answer = client.get(f"/pay/{wrong}/")
        assert answer.status_code == 404
        assert "Acme" not in answer.content.decode()


def test_a_link_long_dead_is_as_if_it_never_was(client: Client, store: Store) -> None:
    old = builders.system_link(store, at=clock.now() - timedelta(days=33))
    assert client.get(url(old)).status_code == 404


def test_a_link_past_its_48_hours_reads_expired_without_any_sweep(client: Client, store: Store) -> None:
    over = builders.system_link(store, at=clock.now() - timedelta(hours=48, seconds=1))
    page = client.get(url(over)).content.decode()
    assert "This link has closed" in page
    assert "Nothing was charged." in page
    assert "Ask for a new link" in page


def test_asking_for_a_new_link_counts_once_and_says_thanks(client: Client, store: Store) -> None:
    over = builders.system_link(store, at=clock.now() - timedelta(hours=49))
    for _time in range(2):
        page = client.post(url(over, "ask/"), follow=True).content.decode()
        assert "Acme Sweden has been asked for a new link." in page
        assert "Ask for a new link" not in page
    assert Event.objects.filter(order=over.order, kind="link.requested").count() == 1


def test_a_cancelled_link_says_so_and_offers_nothing(client: Client, link: PaymentLink) -> None:
    cancel_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    page = client.get(url(link)).content.decode()
    assert "This link was cancelled" in page
    assert "This order was cancelled" not in page
    assert "<form" not in page
    client.post(url(link, "ask/"))
    assert not Event.objects.filter(kind="link.requested").exists()


def test_a_replaced_link_forwards_its_own_recipient(client: Client, link: PaymentLink) -> None:
    newer = resend_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    newest = resend_link(newer.pk, access=None, by=Actor.system(), at=clock.now())
    for old in (link, newer):
        answer = client.get(url(old))
        assert (answer.status_code, answer["Location"]) == (302, url(newest))


def test_capitals_in_the_address_are_no_other_recipient(client: Client, link: PaymentLink) -> None:
    newest = resend_link(link.pk, access=None, by=Actor.system(), at=clock.now(), recipient=link.recipient.title())
    assert newest.recipient != link.recipient
    answer = client.get(url(link))
    assert (answer.status_code, answer["Location"]) == (302, url(newest))


def test_after_a_corrected_recipient_the_old_link_shows_nothing(client: Client, link: PaymentLink) -> None:
    newer = resend_link(link.pk, access=None, by=Actor.system(), at=clock.now(), recipient="right@example.com")
    answer = client.get(url(link))
    page = answer.content.decode()
    assert answer.status_code == 410
    for secret in ("FJB-10498", "Frida", "2,068.20", "right@example.com", "Acme", token_of(newer.pk)):
        assert secret not in page, secret


def test_the_language_is_the_orders_and_can_be_changed(client: Client, store: Store, settings: Any) -> None:
    link = builders.system_link(store, language="sv")
    assert '<html lang="en">' in client.get(url(link)).content.decode()
    settings.LANGUAGES = [("en", "English"), ("sv", "Svenska")]
    assert '<html lang="sv">' in client.get(url(link)).content.decode()
    chosen = client.get(url(link) + "?lang=en").content.decode()
    assert '<html lang="en">' in chosen
    assert f'action="{url(link)}?lang=en" novalidate' in chosen
    assert '<html lang="sv">' in client.get(url(link) + "?lang=xx").content.decode()


def test_the_logo_is_kept_by_its_digest(client: Client, link: PaymentLink, store: Store) -> None:
    assert client.get(f"/pay/logo/{store.mid}/").status_code == 404
    Store.objects.filter(pk=store.pk).update(logo=b"\x89PNG", logo_type="image/png")
    page = client.get(url(link)).content.decode()
    address = page.partition('class="logo" src="')[2].partition('"')[0]
    answer = client.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"\x89PNG", "image/png")
    assert "immutable" in answer["Cache-Control"]
    Store.objects.filter(pk=store.pk).update(logo=b"other")
    assert address not in client.get(url(link)).content.decode()


def test_a_line_with_a_discount_names_it(client: Client, store: Store) -> None:
    link = builders.system_link(store, lines=(replace(builders.BOWL, discount_amount=9800),))
    assert "2 × 749.00, discount \u221298.00" in client.get(url(link)).content.decode()
    assert Line.objects.get(order=link.order).total_amount == 140000
