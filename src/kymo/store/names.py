"""What runs are called, and what to answer when a name is unknown."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

_SHOWN = 8


class UnknownNameError(KeyError):
    """There is no run, or no series, of this name; the text says which names exist or are near."""

    def __init__(self, kind: str, name: object, place: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.kind = kind
        self.name = name
        self.place = place
        self.known = list(known)

    def __str__(self) -> str:
        start = f"There is no {self.kind} {self.name!r} in {self.place}"
        if not self.known:
            return f"{start}, which holds none."
        import difflib  # only for the rare name that is unknown

        near = difflib.get_close_matches(str(self.name), self.known, n=_SHOWN, cutoff=0.6)
        if near:
            return f"{start}; near names are {_listed(near)}."
        shown = self.known[:_SHOWN]
        more = len(self.known) - len(shown)
        return f"{start}; there {'is' if len(self.known) == 1 else 'are'} {_listed(shown)}" + (
            f" and {more} more." if more else "."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)


def run_name(prefix: str, relative: str) -> str:
    """The run's name: its path relative to the log directory, "." for the log directory itself.

    >>> run_name("", "."), run_name("", "cnn/fold 1"), run_name("runs", "."), run_name("runs", "cnn")
    ('.', 'cnn/fold 1', 'runs', 'runs/cnn')
    """
    name = relative
    if prefix:
        name = prefix if relative == "." else f"{prefix}/{relative}"
    # A file name is bytes: what is not UTF-8 is shown escaped, so that a name can always be printed and sent.
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def prefixes(logdirs: Sequence[Path]) -> list[str]:
    """One name for each log directory: its last path component, and as many more as make it unlike the others.

    >>> prefixes([Path("/data/a/runs"), Path("/data/b/runs"), Path("/data/old")])
    ['a/runs', 'b/runs', 'old']
    >>> prefixes([Path("/data/a/runs")])
    ['']
    """
    if len(logdirs) == 1:
        return [""]
    return [_shortest(path, [other for other in logdirs if other != path]) for path in logdirs]


def _shortest(path: PurePath, others: Sequence[PurePath]) -> str:
    parts = path.parts
    for count in range(1, len(parts)):
        tail = parts[-count:]
        if all(other.parts[-count:] != tail for other in others):
            return "/".join(tail)
    return str(path)
