"""The values of an array, a tensor or a list, as something that can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kymo.writer.bad_input import shown

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


def flat_array(tag: str, values: Any) -> NDArray[np.float32] | NDArray[np.float64]:
    """All values, one after the other; float32 or float64 of shape (n,).

    Half precision becomes float32, whole numbers and truth values become float64. The memory of an array of floats, or
    of a tensor of the host, is not copied.

    Raises:
        TypeError: They are not real numbers.
    """
    if is_tensor(values):
        values = flat_tensor(tag, values).cpu().numpy()
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:  # lists of different lengths
        raise TypeError(f"values {shown(values)} for tag {tag!r} are no array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"values {shown(values)} for tag {tag!r} are no real numbers but {array.dtype}")
    if array.dtype.kind == "f" and array.dtype.itemsize <= 4:
        return np.ascontiguousarray(array, np.float32).reshape(-1)
    return np.ascontiguousarray(array, np.float64).reshape(-1)


def is_tensor(values: Any) -> bool:
    """Whether it is a torch tensor."""
    return hasattr(values, "detach") and hasattr(values, "device")


def flat_tensor(tag: str, tensor: torch.Tensor) -> torch.Tensor:
    """The values of a tensor, on its device; float32 or float64 of shape (n,).

    Raises:
        TypeError: They are complex.
    """
    import torch

    values = tensor.detach()
    if values.dtype.is_complex:
        raise TypeError(f"values for tag {tag!r} are complex: log their absolute values or their parts")
    if values.layout != torch.strided:
        values = values.coalesce().values() if values.layout == torch.sparse_coo else values.to_dense()
    if values.is_quantized:
        values = values.dequantize()
    if values.dtype not in (torch.float32, torch.float64):
        # Devices of Apple know no float64.
        is_half = values.dtype.is_floating_point or values.device.type == "mps"
        values = values.to(torch.float32 if is_half else torch.float64)
    return values.resolve_neg().contiguous().view(-1)
