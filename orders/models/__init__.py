"""The order, its lines, its money and its history."""

from orders.models.events import Event
from orders.models.lines import Line, LineType
from orders.models.operations import Kind, Operation, OperationLine, State
from orders.models.orders import Order

__all__ = ["Event", "Kind", "Line", "LineType", "Operation", "OperationLine", "Order", "State"]
