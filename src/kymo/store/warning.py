"""What was found wrong in a log directory, and cost nothing but itself."""

from typing import NamedTuple

UNREADABLE_DIRECTORY = "K501"
UNUSABLE_EVENT_FILE = "K502"
DAMAGED_RUN_FILE = "K503"
UNREADABLE_PAYLOAD = "K504"
UNREADABLE_RUN = "K505"
DAMAGED_NOTES_FILE = "K506"


class LogWarning(NamedTuple):
    """One thing found wrong while reading a log directory; everything else was read.

    Attributes:
        run: Name of the run it was found in, or "" where it belongs to none.
        file: Path of the file or directory.
        offset: Byte in the file at which it begins; None where the file as a whole is meant.
        rule: Code of the reading rule, such as "K104".
        cause: What is wrong and what was done, one sentence.
    """

    run: str
    file: str
    offset: int | None
    rule: str
    cause: str
