"""Countries by name, in the reader's language."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import override
from django_countries import countries


@lru_cache(maxsize=16)
def names(language: str) -> dict[str, str]:
    """Every country's name in `language`, in its order."""
    with override(language):
        return {code: str(name) for code, name in countries}


def name_of(country: str, language: str) -> str:
    """A country's name, or its code."""
    return names(language).get(country, country)


@lru_cache(maxsize=512)
def country_options(selected: str, language: str) -> SafeString:
    """Every country as <option>, by name, made once for a selection and language."""
    known = names(language)
    first = selected if selected in known else ""
    chosen = format_html('<option value="{}" selected>{}</option>', first, name_of(first, language))
    others = [(code, name) for code, name in known.items() if code != first]
    return chosen + format_html_join("", '<option value="{}">{}</option>', others)
