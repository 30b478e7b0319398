"""Histograms that were logged, read back from the event files."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kymo.store.decoded_histogram import DecodedHistogram, decode_histogram
from kymo.store.payloads import PayloadError, Place, read_payloads
from kymo.store.warning import UNREADABLE_PAYLOAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store.reader import RunReader

    Floats = NDArray[np.float64]

# By file and offset.
Known = MutableMapping[tuple[str, int], DecodedHistogram | None]


@dataclass(frozen=True, eq=False)
class Histograms:
    """The histograms of one tag, in the order in which they were written.

    Each has some bins, which are those that were stored, without the empty ones; those of all lie one after the other.

    Attributes:
        steps: int64 of shape (n,).
        wall_times: When each was logged, in seconds since the epoch; float64 of shape (n,).
        superseded: Whether a restart has replaced it; bool of shape (n,).
        offsets: Bins `offsets[i]` to `offsets[i + 1]` are those of histogram `i`; int64 of shape (n + 1,).
        left: The lower end of each bin; float64 of shape (m,).
        right: The upper end of each bin, which is no less; float64 of shape (m,).
        counts: How many values lie in it; float64 of shape (m,).
        figures: What is told of the values of each: their number, the least, the greatest, their sum, that of their
            squares, and how many more were NaN, infinite and negative infinite; float64 of shape (n, 8).
    """

    steps: NDArray[np.int64]
    wall_times: Floats
    superseded: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    left: Floats
    right: Floats
    counts: Floats
    figures: Floats

    def __len__(self) -> int:
        return len(self.steps)

    @classmethod
    def of(cls, decoded: Sequence[DecodedHistogram], where: Sequence[tuple[int, float, bool]]) -> Histograms:
        """Puts histograms together.

        Args:
            decoded: Each of them.
            where: Step, wall time, and whether a restart has replaced it, of each.
        """
        sizes = [len(each.counts) for each in decoded]
        columns = list(zip(*where, strict=True)) or [(), (), ()]
        return cls(
            np.array(columns[0], np.int64),
            np.array(columns[1], np.float64),
            np.array(columns[2], np.bool_),
            np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
            _joined([each.left for each in decoded]),
            _joined([each.right for each in decoded]),
            _joined([each.counts for each in decoded]),
            np.array([each.figures for each in decoded], np.float64).reshape(len(decoded), 8),
        )


def read_histograms(
    reader: RunReader,
    tag: str,
    known: Known,
    *,
    first_step: float = -np.inf,
    last_step: float = np.inf,
    superseded: bool = True,
) -> Histograms:
    """The histograms of a tag whose steps lie in a range.

    One that cannot be read is left out, and is among the run's warnings.

    Args:
        reader: The run's files.
        tag: Its name.
        known: What was decoded before; what is decoded is added, and what the log no longer has is dropped.
        first_step: No step is less.
        last_step: No step is greater.
        superseded: Whether those that a restart has replaced take part.
    """
    payloads, files = reader.payloads(tag)
    steps, replaced = payloads.steps, payloads.superseded.astype(bool)
    wanted = np.flatnonzero((steps >= first_step) & (steps <= last_step) & (superseded | ~replaced))
    places = [
        Place(files[file], offset, length)
        for file, offset, length in zip(
            payloads.files[wanted].tolist(),
            payloads.offsets[wanted].tolist(),
            payloads.lengths[wanted].tolist(),
            strict=True,
        )
    ]
    _decode(reader, tag, [(place, step) for place, step in zip(places, steps[wanted], strict=True)], known)
    _forget(
        known,
        {
            (files[file], offset)
            for file, offset in zip(payloads.files.tolist(), payloads.offsets.tolist(), strict=True)
        },
    )
    decoded, where = [], []
    for at, place in zip(wanted.tolist(), places, strict=True):
        histogram = known[place.file, place.offset]
        if histogram is not None:
            decoded.append(histogram)
            where.append((int(steps[at]), float(payloads.wall_times[at]), bool(replaced[at])))
    return Histograms.of(decoded, where)


def _decode(reader: RunReader, tag: str, wanted: list[tuple[Place, int]], known: Known) -> None:
    missing = [(place, step) for place, step in wanted if (place.file, place.offset) not in known]
    contents = read_payloads([place for place, _ in missing])
    for (place, step), (_, content) in zip(missing, contents, strict=True):
        try:
            if isinstance(content, PayloadError):
                raise content
            known[place.file, place.offset] = decode_histogram(content)
        except PayloadError as error:
            known[place.file, place.offset] = None
            cause = f"{error}, so the histogram {tag!r} at step {step} is left out."
            reader.report_payload(place.file, place.offset, UNREADABLE_PAYLOAD, cause)


def _forget(known: Known, there: set[tuple[str, int]]) -> None:
    if len(known) > len(there):
        for place in [place for place in known if place not in there]:
            del known[place]


def _joined(arrays: list[Floats]) -> Floats:
    return np.concatenate(arrays) if arrays else np.empty(0)
