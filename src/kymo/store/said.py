"""What a run says of itself in `run.json`, where anybody may have written anything.

What is of a wrong kind is not said.
"""

import math
from collections.abc import Mapping
from typing import Any

_NOTHING: Mapping[str, Any] = {}


class Said:
    """One JSON object, asked for what is known to be in it.

    >>> said = Said({"epoch": 3, "left": {"seconds": 1.5, "by": "epochs"}, "best": [{"value": 0.5}, 7], "step": "x"})
    >>> said.count("epoch"), said.count("step"), said.inside("left").number("seconds"), said.inside("left").text("by")
    (3, None, 1.5, 'epochs')
    >>> [best.number("value") for best in said.objects("best")]
    [0.5]
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def number(self, name: str) -> float | None:
        """A finite number."""
        value = self._data.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]
        except OverflowError:
            return None

    def count(self, name: str) -> int | None:
        """An integer from 0 on, which fits into 53 bits."""
        value = self._data.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None

    def text(self, name: str) -> str | None:
        """A text that is not empty, whatever half characters are in it."""
        value = self._data.get(name)
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) and value else None

    def inside(self, name: str) -> "Said":
        """An object; an empty one where there is none."""
        value = self._data.get(name)
        return Said(value if isinstance(value, Mapping) else _NOTHING)

    def objects(self, name: str) -> "list[Said]":
        """The objects in a list."""
        value = self._data.get(name)
        return [Said(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []

    def texts(self, name: str) -> list[str]:
        """The texts in a list."""
        value = self._data.get(name)
        listed = value if isinstance(value, list) else []
        return [one.encode("utf-8", "replace").decode() for one in listed if isinstance(one, str)]

    def names(self) -> list[str]:
        """What it has, by name."""
        return [name.encode("utf-8", "replace").decode() for name in self._data]
