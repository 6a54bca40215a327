"""Building blocks without models, app imports or business words."""
