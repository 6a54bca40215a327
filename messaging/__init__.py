"""E-mail and SMS as durable rows, delivered by tasks."""
