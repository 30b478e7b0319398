"""Training: what ends it, and what it ends as."""
