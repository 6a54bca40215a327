"""A link's address as a QR code: one SVG path, no styles, nothing fetched."""

from __future__ import annotations

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

_QUIET = 4  # modules of white around it, as the standard asks


def svg(address: str, label: str) -> SafeString:
    """An inline SVG; its size and its white ground come from the class."""
    rows = tuple(segno.make_qr(address, error="m").matrix)
    size = len(rows) + 2 * _QUIET
    path = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<path d="{}"/></svg>',
        label, size, size, path,
    )  # fmt: skip
