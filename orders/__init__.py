"""An order after it was authorized: lines, operations, timeline, list, drawer, slips."""
