"""The front of one run: how it is doing, what has happened to it, and what may be asked of it."""
