"""The only writers of the provider's books. Every one that touches a session locks it first."""
