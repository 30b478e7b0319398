"""How a training gets its images: well, or in a way that holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Bottleneck = Literal["disk", "augment", "transfer", "workers", "none"]
BOTTLENECKS: tuple[Bottleneck, ...] = get_args(Bottleneck)


@dataclass(frozen=True)
class Recipe:
    """How images are stored, read, augmented and handed over.

    Attributes:
        side: Height and width of each image as it is stored, in pixels.
        count: How many images.
        is_raw: Whether they are stored as arrays rather than PNGs, and read from the disk each time, in small pieces.
        workers: The loader's `num_workers`.
        rotates: Whether each image is turned.
        distorts: Whether each image is bent, slowly.
        in_strips: Whether each image is handed over as many small tensors of float64 rather than as one of uint8.
        turns_batches: Whether whole batches are augmented where they are computed on.
    """

    side: int = 32
    count: int = 1200
    is_raw: bool = False
    workers: int = 1
    rotates: bool = True
    distorts: bool = False
    in_strips: bool = False
    turns_batches: bool = False


def recipe_for(bottleneck: Bottleneck, cores: int, *, is_mended: bool) -> Recipe:
    """The recipe that has a bottleneck, or the same with what mends it.

    Args:
        bottleneck: Which.
        cores: How many cores there are for workers.
        is_mended: Whether it is mended.

    Example:
        >>> recipe_for("workers", 8, is_mended=False).workers, recipe_for("workers", 8, is_mended=True).workers
        (0, 2)
    """
    if bottleneck == "disk":
        return Recipe() if is_mended else Recipe(side=256, count=600, is_raw=True)
    if bottleneck == "augment":
        return Recipe(turns_batches=True) if is_mended else Recipe(workers=max(1, cores), distorts=True)
    if bottleneck == "transfer":
        return Recipe() if is_mended else Recipe(in_strips=True)
    if bottleneck == "workers":
        return Recipe(side=96, workers=max(1, min(2, cores - 1)) if is_mended else 0)
    return Recipe()
