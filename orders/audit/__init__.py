"""Recomputing orders from their operations, and what does not agree. Repairs nothing."""

from orders.audit.books import load
from orders.audit.differences import Difference, Finding
from orders.audit.outside import TOLD, matched
from orders.audit.run import NO_ANSWER, audit_order, audit_orders, changed_since, findings_of

__all__ = [
    "NO_ANSWER",
    "TOLD",
    "Difference",
    "Finding",
    "audit_order",
    "audit_orders",
    "changed_since",
    "findings_of",
    "load",
    "matched",
]
