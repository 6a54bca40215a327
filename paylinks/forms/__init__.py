"""Shape and cleaning of what staff type about payment links."""
