"""The order, its lines, its money and its history."""

from orders.models.alerts import Alert, AuditRun
from orders.models.events import Event
from orders.models.lines import Line, LineType
from orders.models.operations import Kind, Operation, OperationLine, State
from orders.models.orders import Order
from orders.models.repeats import Repeat
from orders.models.unclaimed import UnclaimedPayment, UnclaimedReturn, unclaimed_id

__all__ = [
    "Alert",
    "AuditRun",
    "Event",
    "Kind",
    "Line",
    "LineType",
    "Operation",
    "OperationLine",
    "Order",
    "Repeat",
    "State",
    "UnclaimedPayment",
    "UnclaimedReturn",
    "unclaimed_id",
]
