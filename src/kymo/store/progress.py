"""How far reading has come."""

from typing import NamedTuple


class Progress(NamedTuple):
    """What has been read of what was found.

    Attributes:
        bytes_read: Bytes of event files that have been read.
        bytes_found: Bytes that the event files have, as far as they have been looked at.
        files_read: Event files that have been read to their ends.
        files_found: Event files that were found.
    """

    bytes_read: int = 0
    bytes_found: int = 0
    files_read: int = 0
    files_found: int = 0


class Tally:
    """The progress of many readers together, kept up as each of them reads on: adding costs the same for any number.

    Attributes:
        progress: The sum over all of them.
        incomplete: How many have not yet read their files to the end once.
        behind: How many stopped at their budget.
    """

    def __init__(self) -> None:
        self._counted: dict[object, tuple[Progress, bool, bool]] = {}
        self.progress = Progress()
        self.incomplete = 0
        self.behind = 0

    def take(self, reader: object, progress: Progress, *, complete: bool, behind: bool) -> None:
        """Counts a reader, in place of what was counted of it before."""
        before, was_complete, was_behind = self._counted.get(reader, (Progress(), True, False))
        self._counted[reader] = progress, complete, behind
        self.progress = Progress(
            *(total - old + new for total, old, new in zip(self.progress, before, progress, strict=True))
        )
        self.incomplete += was_complete - complete
        self.behind += behind - was_behind
