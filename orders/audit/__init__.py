"""Recomputing orders from their operations, and what does not agree. Repairs nothing."""

from orders.audit.differences import Difference
from orders.audit.run import audit_order, audit_orders, changed_since

__all__ = ["Difference", "audit_order", "audit_orders", "changed_since"]
