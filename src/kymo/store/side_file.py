"""A file beside a run's event files, read anew whenever it is another than before."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kymo.format.json_file import JsonFileError
from kymo.store.warning import LogWarning

T = TypeVar("T")
_Signature = tuple[int, int, int, int]
_ABSENT: _Signature = (-1, -1, -1, -1)


@dataclass(frozen=True)
class SideFileKind(Generic[T]):
    """What all files of one name have in common.

    Attributes:
        name: The file's name.
        read: Reads it, given the directory; None where there is none.
        rule: The rule that one breaks which cannot be used.
        cost: What that costs, a sentence.
    """

    name: str
    read: Callable[[str], T | None]
    rule: str
    cost: str


class SideFile(Generic[T]):
    """The file of one run.

    Attributes:
        value: What it says; where it cannot be used, what it said before, which still holds better than nothing.
        warning: What is wrong with it.
    """

    # There may be very many.
    __slots__ = ("_directory", "_kind", "_signature", "value", "warning")

    def __init__(self, directory: str, kind: SideFileKind[T]) -> None:
        self._directory = directory
        self._kind = kind
        self._signature = _ABSENT
        self.value: T | None = None
        self.warning: LogWarning | None = None

    @property
    def name(self) -> str:
        return self._kind.name

    @property
    def _path(self) -> str:
        return f"{self._directory}/{self._kind.name}"

    @property
    def outdated(self) -> bool:
        """Whether it is another than the one that was read."""
        return signature_of(self._path) != self._signature

    def refresh(self) -> bool:
        """Reads it if it is another than before; returns whether it was."""
        signature = signature_of(self._path)
        if signature == self._signature:
            return False
        self._signature = signature
        try:
            self.value = self._kind.read(self._directory)
            self.warning = None
        except JsonFileError as error:
            self.warning = LogWarning("", self._path, None, self._kind.rule, f"{error} {self._kind.cost}")
        return True


def signature_of(path: str) -> _Signature:
    """Size, time and identity of a file: what differs when it is another one or was written to."""
    try:
        status = os.stat(path)  # noqa: PTH116 - thousands a look; a Path costs as much again
    except (OSError, ValueError):
        return _ABSENT
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev
