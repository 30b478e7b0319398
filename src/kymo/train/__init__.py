"""Training: what ends it, what is kept of it, and how it goes on."""
