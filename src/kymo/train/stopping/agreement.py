"""One decision for all processes that train together."""

from collections.abc import Callable

from kymo.train.stopping.fired import Fired

# Takes what this process has found and gives what all have agreed on. It is called at every moment that conditions are
# asked at, found or not, so that processes which wait for each other in it always meet.
Agreement = Callable[[Fired | None], Fired | None]


def alone(found: Fired | None) -> Fired | None:
    """The agreement of a process that trains alone: what it has found.

    Example:
        >>> alone(None) is None
        True
    """
    return found
