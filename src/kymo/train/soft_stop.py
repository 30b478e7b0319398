"""How a run leaves a loop in the middle of an epoch."""


class SoftStop(BaseException):
    """Unwinds the body of a `with Run(...)` block, whose end takes it up: what follows the block goes on.

    A BaseException, as KeyboardInterrupt is, so that an `except Exception` in a training loop does not swallow it.
    """
