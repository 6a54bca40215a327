"""Pages about payment links."""
