"""Histograms that were decoded before."""

from __future__ import annotations

from collections.abc import Callable

from kymo.store.decoded_histogram import DecodedHistogram
from kymo.store.payloads import Place

_EACH = 1000  # bytes of a histogram beside its bins
_BIN = 24


class KnownHistograms:
    """What was decoded of one tag, by where it lies, as far as there is room for it.

    Args:
        take: Whether so many bytes more may be kept; they are taken then.
    """

    def __init__(self, take: Callable[[int], bool] = lambda _: True) -> None:
        self._take = take
        self._decoded: dict[tuple[str, int], DecodedHistogram | None] = {}

    def __len__(self) -> int:
        return len(self._decoded)

    def __contains__(self, place: Place) -> bool:
        return (place.file, place.offset) in self._decoded

    def __getitem__(self, place: Place) -> DecodedHistogram | None:
        """None for one that cannot be read."""
        return self._decoded[place.file, place.offset]

    def add(self, place: Place, histogram: DecodedHistogram | None) -> None:
        """Keeps it if there is room."""
        size = _EACH + (0 if histogram is None else _BIN * len(histogram.counts))
        if self._take(size):
            self._decoded[place.file, place.offset] = histogram
