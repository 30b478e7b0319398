"""What is in a run directory: names of files, and the messages inside them."""
