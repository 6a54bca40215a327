"""Pages of accounts, grouped by resource."""
