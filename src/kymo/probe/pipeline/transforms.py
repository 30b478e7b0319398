"""The transforms that a dataset has, found without running any of its code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from inspect import getattr_static
from typing import Any, NamedTuple

_ATTRIBUTES = ("transform", "transforms")
_MOST = 256  # datasets in datasets that are looked at


class Place(NamedTuple):
    """Where transforms are held: an attribute of an object, which is a sequence of them, or a single one.

    Attributes:
        owner: The object; the attribute is its own, not its class's.
        attribute: The attribute's name.
        names: What each of them is called.
    """

    owner: Any
    attribute: str
    names: tuple[str, ...]

    @property
    def held(self) -> Any:
        """What is there now."""
        return vars(self.owner)[self.attribute]

    def is_as_found(self) -> bool:
        """Whether there is something of the same length still."""
        held = vars(self.owner).get(self.attribute)
        return len(held) == len(self.names) if isinstance(held, list | tuple) else callable(held)


def places_of(dataset: Any) -> list[Place]:
    """Where a dataset holds its transforms.

    They are found in a Compose, which is anything with a list `transforms`, or as a single callable, in the attributes
    `transform` and `transforms`, through subsets, concatenations and other datasets of datasets.

    Example:
        >>> class Compose:
        ...     def __init__(self, *transforms): self.transforms = list(transforms)
        >>> class Images:
        ...     transform = Compose(float, str, float)
        >>> [place.names for place in places_of(Images())]
        [('float', 'str', 'float_2')]
    """
    found: list[Place] = []
    waiting, seen = [dataset], {id(dataset)}
    while waiting and len(seen) < _MOST:
        owner = waiting.pop(0)
        holders = [owner, *(_attribute(owner, name) for name in _ATTRIBUTES)]
        for holder in [*holders, *(_own(holder, "transform") for holder in holders[1:])]:
            for place in _held(holder):
                if not any(place.owner is other.owner and place.attribute == other.attribute for other in found):
                    found.append(place)
        for inner in _inner(owner):
            if id(inner) not in seen:
                seen.add(id(inner))
                waiting.append(inner)
    return found


def names_of(places: Sequence[Place]) -> list[str]:
    """All names, each once."""
    return list(dict.fromkeys(name for place in places for name in place.names))


def _held(owner: Any) -> Iterator[Place]:
    """The transforms of a Compose, or those that a dataset, or torchvision's StandardTransform, has singly."""
    for attribute in _ATTRIBUTES:
        held = _own(owner, attribute)
        if isinstance(held, list | tuple):
            if attribute == "transforms" and held and all(map(callable, held)):
                yield Place(owner, attribute, _told_apart([_name(each) for each in held]))
        # What only holds other transforms is none itself.
        elif callable(held) and _own(held, "transforms") is None and _own(held, "transform") is None:
            yield Place(owner, attribute, (_name(held),))


def _attribute(owner: Any, name: str) -> Any:
    return getattr_static(owner, name, None)


def _own(owner: Any, name: str) -> Any:
    return None if isinstance(owner, type) else getattr(owner, "__dict__", {}).get(name)


def _inner(dataset: Any) -> Iterator[Any]:
    """The datasets in one that is made of others."""
    for held in (_own(dataset, "dataset"), _own(dataset, "datasets")):
        many = held.values() if isinstance(held, dict) else held if isinstance(held, list | tuple) else [held]
        yield from (one for one in many if hasattr(one, "__dict__"))


def _name(transform: Any) -> str:
    while hasattr(transform, "func"):  # functools.partial
        transform = transform.func
    name = getattr(transform, "__name__", None) or type(transform).__name__
    return re.sub(r"[^\w.-]+", "", str(name)) or "transform"


def _told_apart(names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        count = names[: len(found)].count(name)
        found.append(f"{name}_{count + 1}" if count else name)
    return tuple(found)
