"""What integrators look at: the log of every call to and from a gateway."""
