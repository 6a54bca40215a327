"""The one tenant filter: which rows of a merchant somebody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from accounts.access import Access

Row = TypeVar("Row", bound=models.Model)


class InReach(models.QuerySet[Row]):
    """Rows that carry their merchant and their store."""

    def visible_to(self, access: Access) -> Self:
        """Those of the person's merchant, in the stores of their reach."""
        mine = self.filter(merchant_id=access.merchant.pk)
        return mine if access.is_everywhere else mine.filter(store_id__in=access.store_ids)
