"""The grid of order lines: typed, read, and printed again. One for every form that has it."""
