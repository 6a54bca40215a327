"""Every write to payment links and attempts; one verb, one file."""
