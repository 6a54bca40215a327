"""Which static files of installed packages are shipped."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class ShippedFiles(StaticFilesConfig):
    """All but what we do not use of htmx: its extensions and its next version."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "hx-*", "htmax*", "htmx-2-compat*", "htmx-4*"]
