"""Gateways behind one protocol; knows no order."""
