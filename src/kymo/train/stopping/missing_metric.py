"""A metric that a condition watches and that was not measured."""

import difflib
from collections.abc import Iterable

_SHOWN = 8


class MissingMetricError(LookupError):
    """There is no metric of this name among those measured; the text lists them, near names first.

    Example:
        >>> print(MissingMetricError("val/acuracy", ["train/loss", "val/accuracy"]))
        There is no metric 'val/acuracy': there are 'val/accuracy', 'train/loss'.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=_SHOWN, cutoff=0.6)
        ordered = near + [each for each in names if each not in near]
        shown = ", ".join(repr(each) for each in ordered[:_SHOWN])
        more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
        verb = "there is" if len(ordered) == 1 else "there are"
        super().__init__(f"There is no metric {name!r}: {f'{verb} {shown}{more}' if ordered else 'none was measured'}.")
        self.name = name
        self.known = names
