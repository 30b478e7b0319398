"""What has changed since the last look."""

from typing import NamedTuple


class Changes(NamedTuple):
    """What has changed since the last look; true if anything has.

    Attributes:
        runs: Names of runs that are new or hold something new.
        removed: Names of runs that are gone.
        added: Names of runs that are new.
        more: Whether there is more to read than was read.
    """

    runs: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.runs or self.removed or self.added)
