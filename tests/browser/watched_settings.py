"""The settings of a portal that notes which template answers whom: a walk past its screens can say what it saw."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.template.backends.django import DjangoTemplates

from portal import settings as usual
from portal.settings import *  # noqa: F403

NOTES = "TEMPLATE_NOTES"  # the variable that names the file


class Noting(DjangoTemplates):
    """Asked once for each answer, by the name the view gives: `page.html`, or `page.html#part` for a part of it."""

    def get_template(self, template_name: str) -> Any:
        """As ever, after a line in the notes."""
        with Path(os.environ[NOTES]).open("a") as notes:
            notes.write(f"{template_name}\n")
        return super().get_template(template_name)


TEMPLATES = [{**usual.TEMPLATES[0], "BACKEND": f"{__name__}.{Noting.__name__}", "NAME": "django"}]
