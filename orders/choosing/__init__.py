"""Choosing parts of an order's money on the screen: lines, units, free amounts, and what follows."""

from orders.choosing.capture import CaptureChoice
from orders.choosing.dialog import Choosing
from orders.choosing.refund import RefundChoice

__all__ = ["CaptureChoice", "Choosing", "RefundChoice"]
