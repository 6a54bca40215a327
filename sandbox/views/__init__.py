"""The provider's API, its hosted page, and the tester's desk."""
