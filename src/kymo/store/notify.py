"""Being told by the kernel of what changes below some directories."""

import threading
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

# The layer below `watchfiles.watch`: a watch that is known to be set when its constructor returns, waits of any
# length, and no log record for each batch of changes.
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

# A change is handed on when nothing has followed it for one step, at the latest after the batch time. Two steps plus
# reading stay well below the 50 ms in which growth is to be noticed; at ten milliseconds idling costs 0.7 % of a core.
STEP_MILLISECONDS = 10
BATCH_MILLISECONDS = 20


class Kind(Enum):
    ADDED = 1
    MODIFIED = 2
    DELETED = 3


class NotifyError(Exception):
    """The kernel cannot tell of changes here; the text says why."""


class Notifier:
    """A recursive watch on some directories; what appears in them is watched too. One that has vanished is passed over.

    Raises:
        NotifyError: The kernel refuses, such as when it may not watch any more directories.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        try:
            try:
                self._watch = self._set(paths, pass_over_denied=False)
            except PermissionError:
                # Passing over what is denied also passes over a system's limit on watches, so it is the second choice.
                self._watch = self._set(paths, pass_over_denied=True)
        except UnicodeEncodeError as error:
            raise NotifyError("a directory's name is not UTF-8") from error
        except (OSError, WatchfilesRustInternalError) as error:
            raise NotifyError(_reason(error)) from error

    @staticmethod
    def _set(paths: Sequence[str], *, pass_over_denied: bool) -> RustNotify:
        existing = [path for path in paths if Path(path).is_dir()]
        return RustNotify(existing, False, False, 0, True, pass_over_denied)

    def wait(self, seconds: float, stop: threading.Event) -> list[tuple[Kind, str]]:
        """The changes since the last call, waiting this long for the first of them; none as soon as `stop` is set.

        Raises:
            NotifyError: The watch has failed.
        """
        try:
            found = self._watch.watch(BATCH_MILLISECONDS, STEP_MILLISECONDS, max(1, int(seconds * 1000)), stop)
        except (OSError, WatchfilesRustInternalError) as error:
            raise NotifyError(_reason(error)) from error
        return [(Kind(kind), path) for kind, path in found] if isinstance(found, set) else []

    def close(self) -> None:
        self._watch.close()


def _reason(error: Exception) -> str:
    # What follows is the library's own rendering of the error once more, with every path in it.
    return str(error).partition(" about [")[0].rstrip(".")
