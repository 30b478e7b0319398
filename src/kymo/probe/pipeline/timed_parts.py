"""Stand-ins for the parts that a batch is made with, which time them and are otherwise as those are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any


class PartTimes:
    """How long the parts of one batch took, in nanoseconds.

    Attributes:
        samples: Each sample, with its transforms.
        collate: Putting the samples together.
        transforms: Each transform, by its number.
    """

    def __init__(self, transforms: int) -> None:
        self.samples: list[int] = []
        self.collate = 0
        self.transforms = [0] * transforms


class TimedSamples:
    """A dataset that is indexed by torch's fetcher.

    Example:
        >>> times = PartTimes(0)
        >>> TimedSamples([5, 6], times)[1], len(times.samples)
        (6, 1)
    """

    def __init__(self, dataset: Any, times: PartTimes) -> None:
        self._dataset = dataset
        self._times = times

    def __getitem__(self, index: Any) -> Any:
        began = time.perf_counter_ns()
        sample = self._dataset[index]
        self._times.samples.append(time.perf_counter_ns() - began)
        return sample

    def __len__(self) -> int:
        return len(self._dataset)

    def __getattr__(self, name: str) -> Any:
        if name == "__getitems__":
            raise AttributeError(name)  # has its own stand-in
        return getattr(self._dataset, name)


class TimedSampleLists(TimedSamples):
    """A dataset of which torch's fetcher asks all samples of a batch together; each has the same share of the time."""

    def __getitems__(self, indices: Any) -> Any:
        """The samples of one batch."""
        began = time.perf_counter_ns()
        samples = self._dataset.__getitems__(indices)
        took = time.perf_counter_ns() - began
        if count := len(samples):
            self._times.samples += [took // count] * count
        return samples


class TimedIterator:
    """The iterator of an iterable dataset.

    Example:
        >>> times = PartTimes(0)
        >>> list(TimedIterator(iter("ab"), times)), len(times.samples)
        (['a', 'b'], 2)
    """

    def __init__(self, iterator: Iterator[Any], times: PartTimes) -> None:
        self._iterator = iterator
        self._times = times

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        began = time.perf_counter_ns()
        sample = next(self._iterator)
        self._times.samples.append(time.perf_counter_ns() - began)
        return sample

    def __getattr__(self, name: str) -> Any:
        return getattr(self._iterator, name)


class TimedCollate:
    """A function that puts samples together."""

    def __init__(self, collate: Callable[[Any], Any], times: PartTimes) -> None:
        self._collate = collate
        self._times = times

    def __call__(self, samples: Any) -> Any:
        began = time.perf_counter_ns()
        batch = self._collate(samples)
        self._times.collate += time.perf_counter_ns() - began
        return batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collate, name)


class TimedTransform:
    """A transform; whoever asks what it is, copies it or pickles it, gets the one that it stands for.

    Example:
        >>> times = PartTimes(1)
        >>> TimedTransform(str.upper, times, 0)("a"), times.transforms[0] > 0
        ('A', True)
    """

    __slots__ = ("_number", "_times", "_transform")

    def __init__(self, transform: Callable[..., Any], times: PartTimes, number: int) -> None:
        object.__setattr__(self, "_transform", transform)
        object.__setattr__(self, "_times", times)
        object.__setattr__(self, "_number", number)

    def __call__(self, *args: Any, **named: Any) -> Any:
        began = time.perf_counter_ns()
        try:
            return self._transform(*args, **named)
        finally:
            self._times.transforms[self._number] += time.perf_counter_ns() - began

    @property  # type: ignore[misc] # read by isinstance
    def __class__(self) -> type:
        return type(self._transform)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transform, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._transform, name, value)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _itself, (self._transform,)


def _itself(transform: Any) -> Any:
    return transform
