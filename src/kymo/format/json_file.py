"""JSON objects in files of a log directory: read with care, since anybody may have put anything there."""

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kymo.format.whole_file import replace_file


class JsonFileError(ValueError):
    """A file is there and cannot be used: the text says why."""


def read_json_object(
    path: str | Path, most: int, what: str, *, follow: bool = True, dir_fd: int | None = None
) -> dict[str, Any] | None:
    """The object that the file holds, or None where there is no file.

    Args:
        path: The file.
        most: The bytes that it may have.
        what: What a file of its name is, for the error about one that is too large.
        follow: Whether it may be a link.
        dir_fd: The open directory that `path` is relative to.

    Raises:
        JsonFileError: The file is there and is not a JSON object, or cannot be read.
    """
    name = os.path.basename(path)  # noqa: PTH119 - a Path costs as much as the look itself
    try:
        # A pipe of this name would otherwise wait for a writer for ever.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        fd = os.open(path, flags, dir_fd=dir_fd)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise JsonFileError(f"{name} is not a file.")
            with open(fd, "rb", closefd=False) as stream:
                content = stream.read(most + 1)
        finally:
            os.close(fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise JsonFileError(f"{name} is a link, which is not followed.") from error
        if error.errno == errno.ENXIO:
            raise JsonFileError(f"{name} is not a file.") from error
        raise JsonFileError(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(content) > most:
        raise JsonFileError(f"{name} is over {most >> 20} MiB, so it is not {what}.")
    import json  # most runs of other writers have no such file

    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise JsonFileError(f"{name} is not valid JSON ({error}).") from error
    if not isinstance(data, dict):
        raise JsonFileError(f"{name} holds {kind_of(data)} where an object is expected.")
    return data


def replace_json_object(directory: int, name: str, data: Mapping[str, Any]) -> None:
    """Writes the file anew in an open directory; whoever reads it sees either what was there before or all of this.

    Raises:
        OSError: The directory cannot be written to.
    """
    import json

    try:
        content = json.dumps(data, ensure_ascii=False, indent=1).encode()
    except UnicodeEncodeError:  # a name on disk need not be text
        content = json.dumps(data, indent=1).encode()
    replace_file(directory, name, lambda stream: stream.write(content + b"\n"))


def kind_of(data: object) -> str:
    """What a value read from JSON is, in words."""
    kinds = {dict: "an object", list: "a list", str: "a string", type(None): "null", bool: "a boolean"}
    return kinds.get(type(data), "a number")
