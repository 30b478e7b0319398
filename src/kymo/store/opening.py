"""`kymo.open`."""

from pathlib import Path

from kymo.store.logs import LogDirs, Logs


def open_logs(logdir: LogDirs, *, index: bool | str | Path = True) -> Logs:
    """Reads a log directory, or several: every point of every run.

    Args:
        logdir: The log directory; `~` is the home directory. A list of them is read as one.
        index: Where what is read of large event files is kept, so that the next start reads only what is new: True for
            the user's cache directory (`$XDG_CACHE_HOME/kymo/index`), a directory, or False for nowhere.

    Returns:
        The runs by name. `refresh()` takes in what has grown since; `warnings` says what was found damaged.

    Raises:
        FileNotFoundError: A log directory does not exist.
        NotADirectoryError: A log directory is a file.
        ValueError: No log directory is given, or `index` is empty text.

    Example:
        >>> import tempfile, kymo
        >>> with tempfile.TemporaryDirectory() as logdir:
        ...     with kymo.SummaryWriter(f"{logdir}/mlp") as writer:
        ...         for step, value in enumerate([1.0, 0.5, 0.25]):
        ...             writer.add_scalar("train/loss", value, step)
        ...     logs = kymo.open(logdir)
        >>> list(logs), list(logs["mlp"])
        (['mlp'], ['train/loss'])
        >>> logs["mlp"]["train/loss"].values.tolist()
        [1.0, 0.5, 0.25]
        >>> logs["mlp"]["train/los"]
        Traceback (most recent call last):
        kymo.store.names.UnknownNameError: There is no series 'train/los' in run 'mlp'; near names are 'train/loss'.
    """
    logs = Logs(logdir, index=index)
    for path in logs.logdirs:
        _check(path)
    logs.refresh()
    return logs


def _check(path: Path) -> None:
    if path.is_dir():
        return
    if path.exists():
        raise NotADirectoryError(
            f"{str(path)!r} is a file: give the directory that holds the runs, such as {str(path.parent)!r}."
        )
    raise FileNotFoundError(f"There is no log directory {str(path)!r}: check its name, or where the runs were written.")
