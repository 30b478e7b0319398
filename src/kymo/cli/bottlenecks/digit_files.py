"""Handwritten digits as image files."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

_REPEATS = 4  # of each image in an epoch, augmented anew: epochs of a second would say little of a step
_PIECE = 4096  # bytes, as an array on the disk is read that is stored in small chunks


class DigitFiles:
    """A dataset of images on the disk, each read, decoded and transformed when it is asked for.

    Args:
        paths: The files: images, or square arrays of bytes.
        labels: What each shows.
        transform: From an image to a sample.
        is_cold: Whether they are arrays, and each is read from the disk rather than from what the system keeps of it in
            memory, piece by piece.
    """

    def __init__(self, paths: list[Path], labels: list[int], transform: Callable[[Any], Any], *, is_cold: bool) -> None:
        self._paths = paths
        self._labels = labels
        self.transform = transform
        self._is_cold = is_cold

    def __len__(self) -> int:
        return len(self._paths) * _REPEATS

    def __getitem__(self, index: int) -> tuple[Any, int]:
        number = index % len(self._paths)
        path = self._paths[number]
        image = Image.fromarray(_read_cold(path)) if self._is_cold else Image.open(path)
        return self.transform(image), self._labels[number]


def store_digits(directory: Path, side: int, count: int, *, is_raw: bool) -> tuple[list[Path], list[int]]:
    """Writes scikit-learn's digits as files, and returns their paths and labels.

    Args:
        directory: Where to.
        side: Height and width of each image, in pixels.
        count: How many of the 1797 digits.
        is_raw: Whether to write bare arrays of bytes, which take much room and no decoding, rather than PNGs.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    paths = []
    for number, pixels in enumerate(digits.images[:count]):
        image = Image.fromarray((pixels * 15.9).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
        path = directory / f"{number:04}{'.raw' if is_raw else '.png'}"
        if is_raw:
            with path.open("wb") as file:
                file.write(image.tobytes())
                os.fsync(file.fileno())  # only what the disk holds is ever forgotten
        else:
            image.save(path)
        paths.append(path)
    return paths, [int(label) for label in digits.target[:count]]


def _read_cold(path: Path) -> Any:
    """A square array; uint8 of shape (side, side)."""
    pieces = []
    with path.open("rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        while piece := file.read(_PIECE):
            pieces.append(piece)
    pixels = np.frombuffer(b"".join(pieces), np.uint8)
    return pixels.reshape(math.isqrt(len(pixels)), -1)
