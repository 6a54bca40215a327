"""A message's words, made at delivery: HTML with simple tables, and the same as text.

Templates extend `messaging/mail.html` and `messaging/mail.txt`, and use classes; mail
programs ignore stylesheets, so each class becomes inline style here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

# light colours of the portal's tokens, as hex: mail programs know no oklch
_INK, _INK_2, _LINE, _CANVAS, _ACCENT = "#15202b", "#4c5a67", "#d9dfe3", "#f3f6f7", "#005a68"
_FONT = "font-family:Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
STYLES = {
    "page": f"background:{_CANVAS};margin:0;padding:24px 12px",
    "sheet": f"background:#ffffff;max-width:560px;width:100%;border-radius:10px;{_FONT}",
    "body": f"padding:28px 32px;color:{_INK};font-size:16px;line-height:24px;{_FONT}",
    "head": f"padding:20px 32px 0;color:{_INK_2};font-size:14px;font-weight:600;{_FONT}",
    "foot": f"padding:16px 32px 24px;border-top:2px dotted {_LINE};color:{_INK_2};"
    f"font-size:13px;line-height:20px;{_FONT}",
    "test": "background:#fff1d6;color:#6b4300;padding:8px 32px;font-size:13px;font-weight:600;"
    f"border-radius:10px 10px 0 0;{_FONT}",
    "title": "margin:0 0 12px;font-size:20px;line-height:28px;font-weight:600",
    "text": "margin:0 0 16px",
    "muted": f"color:{_INK_2};font-size:14px;margin:0 0 16px",
    "button": f"display:inline-block;background:{_ACCENT};color:#ffffff;text-decoration:none;"
    "font-weight:600;padding:12px 24px;border-radius:6px",
    "rows": "width:100%;border-collapse:collapse;margin:0 0 16px;font-size:14px;line-height:20px",
    "cell": f"padding:8px 0;border-bottom:1px solid {_LINE};text-align:left;vertical-align:top",
    "amount": f"padding:8px 0 8px 12px;border-bottom:1px solid {_LINE};text-align:right;"
    "white-space:nowrap;vertical-align:top",
    "total": "padding:10px 0;font-weight:600;text-align:left",
    "sum": "padding:10px 0 10px 12px;font-weight:600;text-align:right;white-space:nowrap",
    "link": f"color:{_ACCENT};word-break:break-all",
    "hidden": "display:none;max-height:0;overflow:hidden",
}
_CLASS = re.compile(r'\sclass="([a-z ]+)"')
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What goes out. An SMS is its text alone."""

    text: str
    subject: str = ""
    html: str = ""


def inline(html: str) -> str:
    """Replace each known class by its style."""

    def styled(match: re.Match[str]) -> str:
        style = ";".join(STYLES[name] for name in match[1].split() if name in STYLES)
        return f' style="{style}"' if style else ""

    return _CLASS.sub(styled, html)


def mail(name: str, subject: str, context: Mapping[str, Any], *, is_test: bool) -> Rendered:
    """An e-mail from `<name>.html` and `<name>.txt` in the active language.

    Mail about test orders says so in subject, HTML and text.
    """
    heading = " ".join(subject.split())
    if is_test:
        heading = _("TEST: %(subject)s") % {"subject": heading}
    values = {**context, "subject": heading, "is_test": is_test}
    text = render_to_string(f"{name}.txt", values)
    html = render_to_string(f"{name}.html", values)
    return Rendered(text=_BLANK_LINES.sub("\n\n", text).strip() + "\n", subject=heading, html=inline(html))


def sms(text: str, *, is_test: bool) -> Rendered:
    """An SMS; test orders say so first."""
    return Rendered(text=_("TEST: %(text)s") % {"text": text} if is_test else text)
