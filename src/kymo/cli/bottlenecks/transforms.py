"""What is done to an image before it is trained on."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    import torch

SIDE = 32  # pixels that are trained on
_STRIPS = 128  # in which an image is handed over in pieces


class Compose:
    """Transforms one after the other.

    Args:
        transforms: The transforms.
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, image: Any) -> Any:
        for transform in self.transforms:
            image = transform(image)
        return image


class Rotate:
    """Turns an image by up to 10 degrees."""

    def __call__(self, image: Image.Image) -> Image.Image:
        return image.rotate(random.uniform(-10, 10), Image.Resampling.BICUBIC)


class Distort:
    """Bends an image as a hand would, drawn large and blurred, so that no edge tears: thorough, and slow."""

    _LARGE, _CELLS = 256, 8

    def __call__(self, image: Image.Image) -> Image.Image:
        large = image.convert("L").resize((self._LARGE, self._LARGE), Image.Resampling.BICUBIC)
        size = self._LARGE // self._CELLS
        mesh = []
        for left in range(0, self._LARGE, size):
            for top in range(0, self._LARGE, size):
                right, bottom = left + size, top + size
                corners = (left, top, left, bottom, right, bottom, right, top)
                mesh.append(((left, top, right, bottom), tuple(at + random.uniform(-3, 3) for at in corners)))
        bent = large.transform(large.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)
        return bent.filter(ImageFilter.GaussianBlur(4))


class Shrink:
    """Makes an image as small as the network wants it."""

    def __call__(self, image: Image.Image) -> Image.Image:
        return image.resize((SIDE, SIDE), Image.Resampling.NEAREST)


class ToBytes:
    """From an image to a tensor; uint8 of shape (1, 32, 32)."""

    def __call__(self, image: Image.Image) -> torch.Tensor:
        import torch

        return torch.from_numpy(np.array(image.convert("L"))).unsqueeze(0)


class ToStrips:
    """From a tensor to a list of many small ones, each float64 of shape (8,)."""

    def __call__(self, image: torch.Tensor) -> list[torch.Tensor]:
        return [strip.clone() for strip in (image.double() / 255).view(_STRIPS, -1)]


def to_batch(images: Any) -> torch.Tensor:
    """What a loader gives, bytes or strips, as a batch; float32 of shape (batch, 1, 32, 32), from 0 to 1."""
    import torch

    if isinstance(images, list):
        return torch.cat(images, dim=1).float().view(-1, 1, SIDE, SIDE)
    batch: torch.Tensor = images.float().div_(255)
    return batch


def turned(images: torch.Tensor) -> torch.Tensor:
    """A whole batch, each image turned, moved and scaled a little, where the batch is computed on.

    Args:
        images: float32 of shape (batch, 1, 32, 32).
    """
    import torch

    moved = torch.eye(2, 3, device=images.device).repeat(len(images), 1, 1)
    moved += 0.1 * torch.randn(moved.shape, device=images.device)
    grid = torch.nn.functional.affine_grid(moved, list(images.shape), align_corners=False)
    sampled: torch.Tensor = torch.nn.functional.grid_sample(images, grid, align_corners=False)
    return sampled
