"""Histograms as they lie in the event files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kymo.store.decoded_histogram import DecodedHistogram, decode_histogram
from kymo.store.histograms import Histograms
from kymo.store.known_histograms import KnownHistograms
from kymo.store.payloads import PayloadError, Place, read_payloads
from kymo.store.warning import UNREADABLE_PAYLOAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store.reader import RunReader

# A million bins: what is longer was not written to be looked at.
_MOST_BYTES = 16 << 20


@dataclass(frozen=True, eq=False)
class StoredHistograms:
    """Where the histograms of a tag lie whose steps are in a range, in the order in which they were written.

    Attributes:
        reader: The run's files.
        tag: Its name.
        written: How many the tag has, those that a restart has replaced too.
        total: How many of them are asked for, whatever their step.
        steps: int64 of shape (n,).
        wall_times: float64 of shape (n,).
        superseded: bool of shape (n,).
        places: Where each lies, n in all.
        sizes: The bytes of each; int64 of shape (n,).
    """

    reader: RunReader
    tag: str
    written: int
    total: int
    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    superseded: NDArray[np.bool_]
    places: list[Place]
    sizes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.places)

    @classmethod
    def find(
        cls,
        reader: RunReader,
        tag: str,
        *,
        first_step: float = -np.inf,
        last_step: float = np.inf,
        superseded: bool = True,
    ) -> StoredHistograms:
        """Looks them up; nothing is read from the files.

        Args:
            reader: The run's files.
            tag: Its name.
            first_step: No step is less.
            last_step: No step is greater.
            superseded: Whether those that a restart has replaced are asked for.
        """
        payloads, files = reader.payloads(tag)
        steps, replaced = payloads.steps, payloads.superseded.astype(bool)
        asked = superseded | ~replaced
        wanted = np.flatnonzero(asked & (steps >= first_step) & (steps <= last_step))
        places = [
            Place(files[file], offset, length)
            for file, offset, length in zip(
                payloads.files[wanted].tolist(),
                payloads.offsets[wanted].tolist(),
                payloads.lengths[wanted].tolist(),
                strict=True,
            )
        ]
        return cls(
            reader,
            tag,
            len(steps),
            int(np.count_nonzero(asked)),
            steps[wanted],
            payloads.wall_times[wanted],
            replaced[wanted],
            places,
            payloads.lengths[wanted].astype(np.int64),
        )

    def read(self, begin: int, end: int, known: KnownHistograms) -> Histograms:
        """Those from `begin` up to `end`. One that cannot be read is left out, and is among the run's warnings.

        Args:
            begin: The first.
            end: The one after the last.
            known: What was decoded before; what is decoded is added.
        """
        decoded, where = [], []
        for at, histogram in zip(range(begin, end), self._decode(begin, end, known), strict=True):
            if histogram is not None:
                decoded.append(histogram)
                where.append((int(self.steps[at]), float(self.wall_times[at]), bool(self.superseded[at])))
        return Histograms.of(decoded, where)

    def _decode(self, begin: int, end: int, known: KnownHistograms) -> Iterator[DecodedHistogram | None]:
        places = self.places[begin:end]
        # Those that lie elsewhere in the log may be known before these are.
        contents = read_payloads([place for place in places if place not in known and place.length <= _MOST_BYTES])
        for at, place in zip(range(begin, end), places, strict=True):
            if place in known:
                yield known[place]
                continue
            too_long = PayloadError(f"The payload has {place.length} bytes, and a histogram may have {_MOST_BYTES}")
            content = next(contents)[1] if place.length <= _MOST_BYTES else too_long
            histogram = self._decoded(at, content)
            known.add(place, histogram)
            yield histogram

    def _decoded(self, at: int, content: bytes | PayloadError) -> DecodedHistogram | None:
        try:
            if isinstance(content, PayloadError):
                raise content
            return decode_histogram(content)
        except PayloadError as error:
            cause = f"{error}, so the histogram {self.tag!r} at step {self.steps[at]} is left out."
            self.reader.report_payload(self.places[at].file, self.places[at].offset, UNREADABLE_PAYLOAD, cause)
            return None
