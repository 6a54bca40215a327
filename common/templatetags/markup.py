"""Icons, money and times in templates; registered as built-in, so nothing needs loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms, template
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from common import clock, markup, times
from common.money import format_amount, format_count

register = template.Library()

register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.glyph, name="glyph")
register.simple_tag(markup.symbols, name="symbols")
register.simple_tag(markup.status, name="status")


@register.simple_tag
def money(minor: int, currency: str) -> SafeString:
    """Digits flush right in `span.money`, currency before them."""
    return format_html('<span class="money">{}</span>', markup.money(minor, currency))


@register.simple_tag
def amount(minor: int, currency: str) -> str:
    """The digits alone, where the currency stands elsewhere."""
    return format_amount(minor, currency, get_language() or "en")


@register.filter
def digits(number: int) -> str:
    """A count with the language's grouping: 1,284."""
    return format_count(number, get_language() or "en")


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """A `<time>`, relative inside 48 hours."""
    return markup.moment(value, clock.now())


@register.filter
def stamp(value: datetime | None) -> str:
    """Date with year, and time."""
    return times.stamp(value) if value else ""


@register.filter
def full_day(value: datetime | None) -> str:
    """The date with its year: "12 Nov 2026"."""
    return times.full_day(value) if value else ""


@register.filter
def exact(value: datetime) -> str:
    """Date, time and zone in full, for titles."""
    return times.exact(value)


@register.filter
def time_left(value: datetime | None) -> str:
    """How long until `value`, in hours and minutes."""
    return times.left(value, clock.now()) if value else ""


@register.filter
def days_until(value: datetime | None) -> str:
    """Today, tomorrow, in so many days."""
    return times.days_until(value, clock.now()) if value else ""


@register.simple_tag
def server_time() -> str:
    """The portal's clock for countdowns: it may differ from the browser's."""
    return clock.now().isoformat(timespec="milliseconds")


@register.simple_tag
def control(field: BoundField, extra: str = "") -> SafeString:
    """The field's widget with the class its kind of control needs, and `extra` classes."""
    widget = field.field.widget
    kind = "select" if isinstance(widget, forms.Select) else "input"
    if isinstance(widget, forms.CheckboxInput):
        kind = ""
    given = widget.attrs.get("class", "")
    names = " ".join(name for name in (kind, given, extra) if name)
    attrs: dict[str, str | bool] = {"class": names} if names else {}
    if "switch" in names.split():
        attrs["role"] = "switch"
    return field.as_widget(attrs=attrs)


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; `id` is the control it links to."""

    id: str
    label: str
    words: str


@register.simple_tag
def problems(form: BaseForm | str, formset: BaseFormSet[BaseForm] | str = "") -> list[Problem]:
    """Every error of a form and of the rows of its formset, in the order of the page."""
    found = list(_of_form(form)) if isinstance(form, BaseForm) else []
    if isinstance(formset, BaseFormSet) and formset.is_bound:
        found += [Problem("", "", str(words)) for words in formset.non_form_errors()]
        found += [problem for row in formset.forms for problem in _of_form(row)]
    return found


def _of_form(form: BaseForm) -> Iterator[Problem]:
    if not form.is_bound:
        return
    for words in form.non_field_errors():
        yield Problem("", "", str(words))
    for field in form:
        for words in field.errors:
            yield Problem(field.id_for_label or field.auto_id, str(field.label), str(words))
