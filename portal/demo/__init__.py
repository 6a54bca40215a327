"""Demo data, made through the same actions as the screens; the same for a given day."""
