"""Why a training ends: a closed vocabulary."""

from typing import Literal

from kymo.writer.bad_input import shown

Reason = Literal[
    "completed",
    "early_stopping",
    "target_reached",
    "max_time",
    "deadline",
    "stop_file",
    "interrupted",
    "terminated",
    "diverged",
    "error",
]

# What a program that trains exits with, so that a script, a scheduler or a person who asks `$?` knows what to do next.
EXIT_CODES: dict[Reason, int] = {
    # The training ended where it was asked to, with its state saved: what comes after it may go on.
    "completed": 0,
    "early_stopping": 0,
    "target_reached": 0,
    "max_time": 0,  # the budget is one that the user gave
    "deadline": 0,
    "stop_file": 0,  # somebody asked this run to end, not the script around it
    # A shell's code for a program that a signal ended, 128 + its number: `train && evaluate` must not go on after
    # Ctrl+C, and a scheduler tells a job that it ended from one that finished. SIGUSR1 asks for the same as SIGTERM.
    "interrupted": 130,
    "terminated": 143,
    # 1 is any exception's and 2 misuse of a command; a number of its own lets a sweep tell a bad setting from a bug.
    "diverged": 3,
    "error": 1,
}


def to_reason(word: object) -> Reason:
    """The word, if it is a reason.

    Raises:
        ValueError: It is none.

    Example:
        >>> to_reason("max_time"), EXIT_CODES["max_time"], EXIT_CODES["interrupted"]
        ('max_time', 0, 130)
    """
    if word not in EXIT_CODES:
        raise ValueError(f"{shown(word)} is no reason to stop: the reasons are {', '.join(EXIT_CODES)}")
    return word
