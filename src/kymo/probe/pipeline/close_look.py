"""A close look at how a batch is made: how long each part of it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kymo.probe.pipeline.timed_parts import (
    PartTimes,
    TimedCollate,
    TimedIterator,
    TimedSampleLists,
    TimedSamples,
    TimedTransform,
)
from kymo.probe.pipeline.transforms import Place, places_of


class CloseLook:
    """Puts stand-ins that take the time in the place of a batch's parts while it is made, and the parts back after it.

    Nothing is left behind between two batches, so that whoever looks at a dataset or changes it finds it as it is.

    Args:
        dataset: What samples are fetched from.
        numbers: The numbers of the transforms that are told apart, by their names.

    Attributes:
        knows_transforms: Whether any were found.
        transforms: How many a sample may go through.

    Example:
        >>> from torch.utils.data import DataLoader
        >>> batches = iter(DataLoader([1, 2], batch_size=2))
        >>> look = CloseLook([1, 2], {})
        >>> times = look.begin(batches._dataset_fetcher)
        >>> next(batches).tolist()
        [1, 2]
        >>> look.end()
        >>> len(times.samples), times.collate > 0, type(batches._dataset_fetcher.dataset)
        (2, True, <class 'list'>)
    """

    def __init__(self, dataset: Any, numbers: dict[str, int]) -> None:
        self._dataset = dataset
        # The last number is for those that are not told apart.
        self._places = [
            (place, [numbers.get(name, len(numbers)) for name in place.names]) for place in places_of(dataset)
        ]
        self._count = len(numbers) + 1
        self._has_lists = _gives_lists(dataset)
        self._undo: list[tuple[dict[str, Any], str, Any, Any]] = []
        self.knows_transforms = bool(self._places)
        self.transforms = max((len(numbers) for _, numbers in self._places), default=0)

    def begin(self, fetcher: Any) -> PartTimes:
        """Takes the time of what is made from here on to `end`.

        Args:
            fetcher: Torch's, which gets the samples and has them put together.
        """
        times = PartTimes(self._count)
        parts = vars(fetcher)
        if "dataset_iter" in parts:
            self._put(parts, "dataset_iter", TimedIterator(parts["dataset_iter"], times))
        elif "dataset" in parts:
            kind = TimedSampleLists if self._has_lists else TimedSamples
            self._put(parts, "dataset", kind(parts["dataset"], times))
        if "collate_fn" in parts:
            self._put(parts, "collate_fn", TimedCollate(parts["collate_fn"], times))
        for place, numbers in self._places:
            if place.is_as_found():
                self._put(vars(place.owner), place.attribute, _timed(place, numbers, times))
        return times

    def end(self) -> None:
        """Puts everything back, but for what somebody has changed meanwhile."""
        while self._undo:
            attributes, name, stand_in, part = self._undo.pop()
            if attributes.get(name) is stand_in:
                attributes[name] = part

    def _put(self, attributes: dict[str, Any], name: str, stand_in: Any) -> None:
        self._undo.append((attributes, name, stand_in, attributes[name]))
        attributes[name] = stand_in


def _timed(place: Place, numbers: Sequence[int], times: PartTimes) -> Any:
    held = place.held
    if not isinstance(held, list | tuple):
        return TimedTransform(held, times, numbers[0])
    timed: list[Callable[..., Any]] = [
        TimedTransform(each, times, number) for each, number in zip(held, numbers, strict=True)
    ]
    return timed if isinstance(held, list) else tuple(timed)


def _gives_lists(dataset: Any) -> bool:
    """Whether torch asks it for all samples of a batch together, and whoever asks for them singly would miss anything.

    A subset is always asked for all together, and asks what it is of for each, unless that gives lists itself.
    """
    from torch.utils.data import Subset

    kind = type(dataset)
    while issubclass(kind, Subset):
        if kind.__getitems__ is not Subset.__getitems__ or kind.__getitem__ is not Subset.__getitem__:
            return True
        dataset = dataset.dataset
        kind = type(dataset)
    return bool(getattr(dataset, "__getitems__", None))
