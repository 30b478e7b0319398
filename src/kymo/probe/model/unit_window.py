"""What the units of a layer did in the last samples."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LAST = 20  # samples
_ENOUGH = 8  # a unit that one batch does not need is not dead
_SATURATED = 0.95  # of a unit's values


class UnitWindow:
    """The units of one layer, in the samples that were looked at last.

    Example:
        >>> window = UnitWindow()
        >>> for sample in range(8):
        ...     window.add(np.array([1.0, 0.0, sample == 3]))
        >>> window.never()
        33.33333333333333
    """

    def __init__(self) -> None:
        self._samples: deque[NDArray[np.float64]] = deque(maxlen=_LAST)

    def add(self, units: NDArray[np.float64]) -> None:
        """A sample: of each unit a share of its values, or whether it did something at all; shape (units,)."""
        if self._samples and len(self._samples[0]) != len(units):
            self._samples.clear()
        self._samples.append(units)

    def never(self) -> float | None:
        """How many units have never done it, in percent; None while there are too few samples."""
        return self._percent(np.max(self._samples, axis=0) == 0) if self._is_known else None

    def mostly(self) -> float | None:
        """How many units have done it with nearly all of their values, in percent; None: too few samples."""
        return self._percent(np.mean(self._samples, axis=0) > _SATURATED) if self._is_known else None

    @property
    def _is_known(self) -> bool:
        return len(self._samples) >= _ENOUGH and len(self._samples[0]) > 0

    @staticmethod
    def _percent(units: NDArray[np.bool_]) -> float:
        return float(100 * units.mean())
