"""The lines of the dialog: a tick and a quantity each, as typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.cutting import Share

_SPACES = re.compile(r"[\s\u00a0\u202f]")
_MOST_DIGITS = 6  # of a line's quantity; int() itself refuses thousands of digits


@dataclass
class LineChoice:
    """One line: what is left of it, what is wished of that, and what it comes to."""

    share: Share
    reference: str
    is_chosen: bool
    text: str
    error: str = ""
    amount: str = "–"
    taken: str = ""

    @property
    def key(self) -> int:
        """The line's id, part of its fields' names."""
        return self.share.key

    @property
    def left(self) -> int:
        """Units to choose from."""
        return self.share.left_quantity

    @property
    def follows(self) -> bool:
        """A discount, gift card or credit: it goes along and is never chosen."""
        return not self.share.is_goods

    @property
    def is_locked(self) -> bool:
        """Nothing of it is left."""
        return self.left <= 0

    def count(self) -> int:
        """The units wished, 0 when it is not chosen; what cannot be is said in `error`."""
        if not self.is_chosen or self.follows or self.is_locked:
            return 0
        bare = _SPACES.sub("", self.text)
        if not bare.isascii() or not bare.isdigit():
            self.error = _("Enter a whole number, such as 2.")
        elif len(bare := bare.lstrip("0") or "0") > _MOST_DIGITS or int(bare) > self.left:
            self.error = _("At most %(left)s are left.") % {"left": self.left}
        return 0 if self.error else int(bare)


def line_choices(
    shares: Iterable[Share],
    references: Mapping[int, str],
    data: Mapping[str, str] | None,
    wished: Mapping[int, int],
) -> list[LineChoice]:
    """The lines as they were sent; without `data` as `wished`, units by line."""
    found = []
    for share in shares:
        whole = str(max(share.left_quantity, 0))
        if data is None:
            count = wished.get(share.key, 0)
            is_chosen, text = count > 0, str(count or whole)
        else:
            is_chosen, text = f"line-{share.key}" in data, data.get(f"quantity-{share.key}", whole)
        found.append(LineChoice(share, references.get(share.key, ""), is_chosen, text))
    return found
