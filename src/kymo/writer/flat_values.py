"""The values of an array, a tensor or a list, as something that can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kymo.writer.bad_input import shown

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


def flat_array(tag: str, values: Any, role: str = "values") -> NDArray[np.float32] | NDArray[np.float64]:
    """All values, one after the other; float32 or float64 of shape (n,).

    Half precision becomes float32, whole numbers and truth values become float64. The memory of an array of floats, or
    of a tensor of the host, is not copied.

    Args:
        tag: What they are logged under, for errors.
        values: An array, a tensor on any device, a list.
        role: What they are, for errors.

    Raises:
        TypeError: They are not real numbers.
        ValueError: A tensor's values cannot be read.
    """
    if is_tensor(values):
        values = flat_tensor(tag, values).cpu().numpy()
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:  # lists of different lengths, or of tensors that are trained
        raise TypeError(f"{role} {shown(values)} for tag {tag!r} are no array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{role} {shown(values)} for tag {tag!r} are no real numbers but {array.dtype}: pass an array of floats, "
            "integers or truth values"
        )
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
        ValueError: They cannot be read: the tensor has none, or torch does not know how.
    """
    if tensor.dtype.is_complex:
        raise TypeError(f"values for tag {tag!r} are complex: log their absolute values or their parts")
    try:
        if tensor.is_meta:
            raise RuntimeError("it has a shape, but no values")
        return _flat(tensor.detach())
    except RuntimeError as error:
        raise ValueError(
            f"values for tag {tag!r} cannot be read from a tensor of {tensor.dtype} on {tensor.device}: {error}"
        ) from error


def _flat(values: torch.Tensor) -> torch.Tensor:
    import torch

    if values.layout != torch.strided:
        values = values.coalesce().values() if values.layout == torch.sparse_coo else values.to_dense()
    if values.is_quantized:
        values = values.dequantize()
    if values.dtype not in (torch.float32, torch.float64):
        # Devices of Apple know no float64.
        is_half = values.dtype.is_floating_point or values.device.type == "mps"
        values = values.to(torch.float32 if is_half else torch.float64)
    return values.resolve_neg().contiguous().view(-1)
