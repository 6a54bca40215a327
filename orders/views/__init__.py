"""The orders pages: list, drawer, captures, packing slips."""
