"""The path of an event file that is about to be written."""

import errno
import os
import time

from kymo.writer.bad_input import shown

# What trying again cannot mend: the argument itself is wrong.
_HOPELESS = frozenset({errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL})
_MOST_WRITERS = 10_000


def event_directory(log_dir: object) -> str:
    """The absolute path of a log directory.

    Raises:
        TypeError: `log_dir` is no path.
        ValueError: `log_dir` is the address of a remote store, or no path of this system.
    """
    path = os.fspath(log_dir) if isinstance(log_dir, (str, os.PathLike)) else None
    if not isinstance(path, str):
        raise TypeError(f"log_dir {shown(log_dir)} is not a path: pass a string or a pathlib.Path")
    if "://" in path:
        raise ValueError(f"log_dir {path!r} is a remote address: kymo writes to local and mounted directories only")
    if "\0" in path:
        raise ValueError(f"log_dir {path!r} holds a null character: choose another name")
    directory = os.path.abspath(path)
    try:
        directory.encode()
    except UnicodeEncodeError:
        raise ValueError(f"log_dir {directory!r} is not valid UTF-8: choose another name") from None
    return directory


def claim_event_path(directory: str, suffix: str) -> str:
    """The path of an event file that is this writer's alone, created empty where the directory can be written.

    Creating it settles who owns the name among processes that cannot see each other, such as containers with the same
    host name and process ids on one network file system.

    Raises:
        OSError: `directory` cannot be a directory: it, or one above it, is a file, or its name is impossible.
    """
    stem = f"events.out.tfevents.{int(time.time()):010d}.{os.uname().nodename}.{os.getpid()}"
    try:
        os.makedirs(directory, exist_ok=True)
    except OSError as error:
        if error.errno in _HOPELESS:
            raise _refusal(error, directory) from None
    for serial in range(_MOST_WRITERS):
        path = f"{directory}/{stem}.{serial}{suffix}"
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        except FileExistsError:
            continue
        except OSError as error:
            if error.errno in _HOPELESS:
                raise _refusal(error, directory) from None
        return path
    raise FileExistsError(errno.EEXIST, f"{_MOST_WRITERS} writers began in this directory within a second", directory)


def _refusal(error: OSError, directory: str) -> OSError:
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return NotADirectoryError(errno.ENOTDIR, "log_dir is, or is inside, a file: choose another path", directory)
    return OSError(error.errno, f"log_dir cannot be made ({error.strerror}): choose another path", directory)
