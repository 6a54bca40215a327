"""Icons, states, money and times as lists and templates print them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

from common import markup, times

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)  # 09:30 in Stockholm


@pytest.fixture(autouse=True)
def _in_stockholm():
    with timezone.override("Europe/Stockholm"):
        yield


def render(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (datetime(2026, 11, 20, 7, 14, tzinfo=UTC), "Today 08:14"),
        (datetime(2026, 11, 19, 20, 30, tzinfo=UTC), "Yesterday 21:30"),
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), "Today 00:30"),
        (datetime(2026, 11, 18, 18, 22, tzinfo=UTC), "18 Nov 19:22"),
        (datetime(2025, 11, 18, 18, 22, tzinfo=UTC), "18 Nov 2025 19:22"),
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), "Tomorrow 09:00"),
    ],
)
def test_a_moment_is_relative_only_while_it_is_near(then: datetime, words: str):
    assert times.moment(then, NOW) == words


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (timedelta(hours=47, minutes=12, seconds=9), "47 h 12 min left"),
        (timedelta(hours=1), "1 h 0 min left"),
        (timedelta(minutes=49), "49 min left"),
        (timedelta(minutes=4, seconds=9), "4:09 left"),
        (timedelta(0), ""),
        (timedelta(seconds=-1), ""),
    ],
)
def test_time_left_grows_finer_towards_the_end(rest: timedelta, words: str):
    assert times.left(NOW + rest, NOW) == words


def test_days_ahead_are_counted_by_the_persons_calendar():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Stockholm
    assert times.days_until(late, NOW) == "tomorrow"
    assert times.days_until(NOW + timedelta(days=20), NOW) == "in 20 days"
    assert times.days_until(NOW - timedelta(days=1), NOW) == ""


def test_a_time_carries_its_exact_value_and_zone():
    html = markup.moment(datetime(2026, 11, 12, 17, 4, 9, tzinfo=UTC), NOW)
    assert 'datetime="2026-11-12T18:04:09+01:00"' in html
    assert 'title="12 November 2026, 18:04:09 CET"' in html
    assert markup.moment(None, NOW) == ""


def test_a_state_is_escaped_and_has_an_icon():
    html = markup.status("<b>", "flag", "bad")
    assert 'data-s="bad"' in html
    assert "#i-flag" in html
    assert "&lt;b&gt;" in html


def test_money_puts_the_currency_in_its_own_slot():
    assert markup.money(149800, "SEK") == "1,498.00<abbr>SEK</abbr>"
    assert markup.money(1498, "JPY") == "1,498<abbr>JPY</abbr>"


def test_shares_stand_side_by_side():
    parts = markup.shares([("cap", "Captured", 2500), ("", "Left", 7500)], "SEK")
    assert [(part.start, part.width) for part in parts] == [("0%", "25.00%"), ("25.00%", "75.00%")]
    assert markup.shares([("", "Left", 0)], "SEK")[0].width == "0%"


def test_every_icon_named_in_a_template_or_script_exists():
    base = Path(settings.BASE_DIR)
    sprite = (base / "static/icons/sprite.svg").read_text()
    known = set(re.findall(r'id="i-([\w-]+)"', sprite))
    used = set()
    for path in (base / "templates").rglob("*.html"):
        text = path.read_text()
        used |= set(re.findall(r'{% (?:icon|glyph) "([\w-]+)"', text))
        for names in re.findall(r"{% symbols ([^%]+)%}", text):
            used |= set(re.findall(r'"([\w-]+)"', names))
    assert used <= known


class Order(forms.Form):
    to = forms.CharField(label="E-mail or phone", help_text="The link is sent here.")
    quantity = forms.IntegerField(min_value=1, widget=forms.NumberInput(attrs={"class": "num"}))
    country = forms.ChoiceField(choices=[("SE", "Sweden")])
    auto = forms.BooleanField(required=False)


def test_a_field_names_its_hint_and_its_error():
    html = render('{% include "components/field.html" with field=form.to only %}', form=Order({}))
    assert 'aria-describedby="id_to_helptext id_to_error"' in html
    assert 'id="id_to_helptext"' in html
    assert 'id="id_to_error"' in html
    assert 'class="input"' in html


def test_a_control_gets_the_class_of_its_kind():
    form = Order()
    html = render('{% control form.quantity "short" %}{% control form.country %}', form=form)
    assert 'class="input num short"' in html
    assert 'class="select"' in html
    switch = render('{% control form.auto "switch" %}', form=form)
    assert 'class="switch" role="switch"' in switch


def test_the_summary_links_every_error_and_is_silent_without():
    bad = Order({"to": "", "quantity": "0", "country": "SE"})
    html = render('{% include "components/error_summary.html" with form=form only %}', form=bad)
    assert "2 things need another look" in html
    assert 'href="#id_to"' in html
    assert "data-error-summary" in html
    unbound = render('{% include "components/error_summary.html" with form=form only %}', form=Order())
    assert unbound.strip() == ""


def test_customers_pages_carry_only_the_symbols_they_name():
    html = render('{% symbols "lock" %}{% glyph "lock" %}')
    assert html.count("<symbol") == 1
    assert 'href="#i-lock"' in html
