"""Every write to orders; one verb, one file."""
