"""Times in the reader's words: order, signs and names are the language's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone, translation

from common import times
from common.zones import zone_of

MOMENT = datetime(2026, 11, 12, 17, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "12 November 2026, 18:04:09 CET"),
        ("de", "12. November 2026, 18:04:09 MEZ"),
        ("fi", "12. marraskuuta 2026, 18.04.09 CET"),
        ("da", "12. november 2026, 18.04.09 CET"),
    ],
)
def test_the_exact_time_is_written_as_the_language_does(language: str, words: str):
    with translation.override(language), timezone.override("Europe/Stockholm"):
        assert times.exact(MOMENT) == words


def test_the_same_moment_in_two_zones_names_each_zone():
    for zone, words in (
        ("Europe/Stockholm", "18:04:09 CET"),
        ("UTC", "17:04:09 UTC"),
        ("Europe/London", "17:04:09 GMT"),
    ):
        with timezone.override(zone):
            assert times.exact(MOMENT).endswith(words)


def test_a_day_without_a_zone_is_written_as_the_language_does():
    assert times.date_words(date(2026, 11, 12)) == "12 Nov 2026"
    with translation.override("sv"):
        assert times.date_words(date(2026, 11, 12)) == "12 nov. 2026"


def test_a_country_has_the_zone_in_which_most_of_its_people_live():
    found = [str(zone_of(code)) for code in ("FI", "DE", "ES", "US", "RU", "")]
    assert found == ["Europe/Helsinki", "Europe/Berlin", "Europe/Madrid", "America/New_York", "UTC", "UTC"]
