"""Editing an order's lines after it was paid: what stands, what is planned, what it changes."""
