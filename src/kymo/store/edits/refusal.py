"""What is not done, and why."""


class Refusal(ValueError):
    """What was asked for is not done, and nothing has changed: the text says why, in a sentence."""
