"""What the machine that a process runs on does, as far as this process may use it."""
