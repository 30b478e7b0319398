"""Putting back what draws random numbers, and samplers, to where they were."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kymo.train.checkpoints.rng import restore_rng, rng_state

_DEPTH = 4  # of samplers in samplers, and datasets in datasets
_MANY = 64  # parts of a list that are looked at; a longer one holds samples


@contextmanager
def nothing_drawn(loader: Any) -> Iterator[Callable[[Any], None]]:
    """Surrounds what draws random numbers; torch's, NumPy's and Python's generators are put back afterwards.

    So are the loader's own generator, those that are attributes of its samplers and its dataset (torch's, NumPy's or
    Python's), and the attributes of its samplers, such as a count of epochs. What else a sampler changes in place, and
    an iterator that gives each index once, cannot be put back.

    Args:
        loader: A DataLoader, or a function that makes one.

    Yields:
        What takes in another loader, as it is then.

    Example:
        >>> state = random.getstate()
        >>> with nothing_drawn(None):
        ...     drawn = random.random()
        >>> random.getstate() == state
        True
    """
    seen: set[int] = set()
    undo: list[Callable[[], Any]] = []
    kept: list[Any] = []  # so that none of the ids in `seen` is given to another object

    def take_in(loader: Any) -> None:
        names = ("generator", "sampler", "batch_sampler", "dataset")
        for found in (getattr(loader, name, None) for name in names):
            _take_in(found, undo, seen, kept, _DEPTH)

    take_in(loader)
    before = rng_state()
    try:
        yield take_in
    finally:
        restore_rng(before)
        for each in undo:
            each()


def _take_in(found: Any, undo: list[Callable[[], Any]], seen: set[int], kept: list[Any], depth: int) -> None:
    """Remembers how to put back a generator, or an object's generators and samplers."""
    from torch.utils.data import Dataset, Sampler

    if id(found) in seen:
        return
    if back := _put_back(found):
        seen.add(id(found))
        kept.append(found)
        undo.append(back)
        return
    attributes = getattr(found, "__dict__", None)
    if attributes is None or isinstance(found, type) or not depth:
        return
    seen.add(id(found))
    kept.append(found)
    is_sampler = not isinstance(found, Dataset) and hasattr(found, "__iter__")
    if is_sampler:  # what a dataset keeps, such as opened files, serves the training as well
        undo.append(_attributes_back(attributes, dict(attributes)))
    for value in list(attributes.values()):
        held = value if isinstance(value, list | tuple) and len(value) <= _MANY else (value,)
        for each in held:
            if isinstance(each, Dataset | Sampler) or _put_back(each) or (is_sampler and hasattr(each, "__iter__")):
                _take_in(each, undo, seen, kept, depth - 1)


def _attributes_back(attributes: dict[str, Any], before: dict[str, Any]) -> Callable[[], None]:
    def back() -> None:
        attributes.clear()
        attributes.update(before)

    return back


def _put_back(found: Any) -> Callable[[], Any] | None:
    """What sets a generator to the state that it has; None where it is none."""
    import torch

    if isinstance(found, torch.Generator):
        state = found.get_state()
        return lambda: found.set_state(state)
    if isinstance(found, random.Random) and not isinstance(found, random.SystemRandom):
        own = found.getstate()
        return lambda: found.setstate(own)
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if isinstance(found, numpy.random.Generator):
        bits, numbers = found.bit_generator, found.bit_generator.state
        return lambda: setattr(bits, "state", numbers)
    if isinstance(found, numpy.random.RandomState):
        legacy = found.get_state()
        return lambda: found.set_state(legacy)
    return None
