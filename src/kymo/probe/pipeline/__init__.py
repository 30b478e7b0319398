"""The pipeline of a training: where the time of its steps goes."""
