"""HTTP in, HTTP out, by resource."""
