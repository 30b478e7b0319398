"""What is wrong with a checkpoint."""


class CheckpointError(ValueError):
    """A checkpoint cannot be used: the text names the file, says why, and what to do."""
