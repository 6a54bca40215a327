"""Cutting money out of orders and captures: pure integers, no database.

Captures are cut from the order's lines, refunds from the frozen pieces of
captures. Slices are cumulative, so they sum exactly and none is off by a whole
minor unit (decisions on money).
"""

from orders.cutting.captures import capture_everything, capture_pieces
from orders.cutting.pieces import CutError, Free, Piece, Share
from orders.cutting.refunds import CaptureShares, refund_everything, refund_pieces
from orders.cutting.told import told_capture, told_refund

__all__ = [
    "CaptureShares",
    "CutError",
    "Free",
    "Piece",
    "Share",
    "capture_everything",
    "capture_pieces",
    "refund_everything",
    "refund_pieces",
    "told_capture",
    "told_refund",
]
