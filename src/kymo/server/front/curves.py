"""The few series of a run that say most about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kymo.server.headline import headline

if TYPE_CHECKING:
    from kymo.store import Run

_MOST = 4
_RATE = re.compile(r"(^|[^a-z])(lr|learning[_ ]?rate)([^a-z]|$)")


def curves_of(run: Run, monitors: Sequence[str]) -> list[str]:
    """The metrics that the run is watched by, then those that say most, one of each kind; the learning rate last.

    Args:
        run: The run.
        monitors: The metrics that its stop conditions and best models go by.
    """
    tags = dict.fromkeys(run)
    rate = next((tag for tag in tags if _RATE.search(tag.lower())), None)
    found = [tag for tag in monitors if tag in tags]
    left = {tag: 1 for tag in tags if tag not in found and tag != rate and not _is_doubled(tag, tags)}
    while len(found) < _MOST and (tag := headline(left)) is not None:
        found.append(tag)
        del left[tag]
    found = found[: _MOST - (rate is not None)]
    return [*found, rate] if rate is not None and rate not in found else found


def _is_doubled(tag: str, tags: dict[str, None]) -> bool:
    """The mean of an epoch beside the series of its batches."""
    return tag.endswith("/epoch") and tag.removesuffix("/epoch") in tags
