"""Log directories read: runs, their series, and following them as they grow."""

from kymo.store.changes import Changes
from kymo.store.logs import LogDirs, Logs
from kymo.store.names import UnknownNameError
from kymo.store.opening import open_logs
from kymo.store.opening import open_logs as open
from kymo.store.run import Run
from kymo.store.series import Series
from kymo.store.texts import Text
from kymo.store.warning import LogWarning

__all__ = ["Changes", "LogDirs", "LogWarning", "Logs", "Run", "Series", "Text", "UnknownNameError", "open", "open_logs"]
