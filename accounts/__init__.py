"""Users, merchants, stores, members, roles and Access."""
