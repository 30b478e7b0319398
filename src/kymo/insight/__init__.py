"""What a run's series say about it."""
