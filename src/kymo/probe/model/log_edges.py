"""The edges that the numbers of a network are counted between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OCTAVES = 40  # above and below 1
_PARTS = 4  # of an octave


def log_edges() -> NDArray[np.float64]:
    """Fixed edges, of which each is at most a quarter greater than the one before; float64 of shape (642,).

    They are powers of two from 2^-40 to 2^40 and three places evenly between each two, with either sign, so what was
    counted of several steps, processes or parameters can be added up. Numbers nearer to 0, and 0, share one bin.

    Example:
        >>> edges = log_edges()
        >>> len(edges), float(edges[-1]) == 2.0**40, edges[480:485].tolist()
        (642, True, [0.875, 1.0, 1.25, 1.5, 1.75])
    """
    steps = 1 + np.arange(_PARTS) / _PARTS
    positive = np.append(np.outer(2.0 ** np.arange(-_OCTAVES, _OCTAVES), steps).ravel(), 2.0**_OCTAVES)
    return np.concatenate([-positive[::-1], positive])
