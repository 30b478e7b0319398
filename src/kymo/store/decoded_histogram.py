"""One histogram as it lies in an event file, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kymo.store.payloads import PayloadError
from kymo.store.value_message import value_message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DT_FLOAT, _DT_DOUBLE = 1, 2
# What TensorFlow says where a bucket has no end.
_ENDLESS = 1e308


class DecodedHistogram(NamedTuple):
    """The bins that hold values, ascending, and what is told of the values.

    Attributes:
        left: The lower end of each bin; float64 of shape (n,).
        right: Its upper end; float64 of shape (n,).
        counts: How many values lie in it; float64 of shape (n,).
        figures: The number of values, the least, the greatest, their sum, that of their squares, and how many more
            were NaN, infinite and negative infinite.
    """

    left: Floats
    right: Floats
    counts: Floats
    figures: tuple[float, float, float, float, float, float, float, float]


def decode_histogram(content: bytes) -> DecodedHistogram:
    """The histogram of a serialized Summary.Value: a HistogramProto, or a tensor of rows (left, right, count).

    Raises:
        PayloadError: It is neither, or its bins are none.
    """
    value = value_message(content)
    if value.HasField("histo"):
        return _of_buckets(value.histo)
    if value.HasField("tensor"):
        return _of_rows(value.tensor)
    raise PayloadError("The payload is no histogram")


def _of_buckets(message: Any) -> DecodedHistogram:
    limits = np.array(message.bucket_limit, np.float64)
    counts = np.array(message.bucket, np.float64)
    if len(limits) != len(counts):
        raise PayloadError(f"The histogram has {len(limits)} limits for {len(counts)} buckets")
    # The first bucket begins where the least value lies; one that is empty is there for its limit alone.
    left = np.concatenate([[message.min], limits[:-1]])[: len(limits)]
    right = limits.copy()
    if len(limits):
        left[0] = min(left[0], right[0]) if np.isfinite(left[0]) else right[0]
        if right[-1] >= _ENDLESS:
            right[-1] = max(message.max, left[-1]) if np.isfinite(message.max) else left[-1]
    figures = (
        message.num, message.min, message.max, message.sum, message.sum_squares,
        message.nan, message.positive_infinity, message.negative_infinity,
    )  # fmt: skip
    return DecodedHistogram(*_checked(left, right, counts), figures)


def _of_rows(tensor: Any) -> DecodedHistogram:
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    if tensor.dtype not in (_DT_FLOAT, _DT_DOUBLE) or len(shape) != 2 or shape[1] != 3:
        raise PayloadError(f"The payload is a tensor of data type {tensor.dtype} and shape {shape}, and no histogram")
    if tensor.tensor_content:
        dtype = "<f4" if tensor.dtype == _DT_FLOAT else "<f8"
        if len(tensor.tensor_content) % np.dtype(dtype).itemsize:
            raise PayloadError(f"The tensor has {len(tensor.tensor_content)} bytes, which are no whole numbers")
        numbers = np.frombuffer(tensor.tensor_content, dtype).astype(np.float64)
    else:
        numbers = np.array(tensor.float_val if tensor.dtype == _DT_FLOAT else tensor.double_val, np.float64)
    if len(numbers) != 3 * shape[0]:
        raise PayloadError(f"The tensor has {len(numbers)} numbers for a shape of {shape}")
    left, right, counts = _checked(*numbers.reshape(-1, 3).T)
    # Nothing is told of the values: what they come to if they lie evenly in their bins.
    squares = (left * left + left * right + right * right) / 3
    low, high = (float(left[0]), float(right[-1])) if len(counts) else (0.0, 0.0)
    total, all_squares = float(counts @ (left + right)) / 2, float(counts @ squares)
    return DecodedHistogram(left, right, counts, (float(counts.sum()), low, high, total, all_squares, 0.0, 0.0, 0.0))


def _checked(left: Floats, right: Floats, counts: Floats) -> tuple[Floats, Floats, Floats]:
    """The bins that hold values."""
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise PayloadError("The histogram has counts that are negative or not finite")
    filled = np.flatnonzero(counts)
    left, right, counts = left[filled], right[filled], counts[filled]
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        raise PayloadError("The histogram has bins that do not end")
    if not ((left <= right).all() and (right[:-1] <= left[1:]).all()):
        raise PayloadError("The histogram has bins that do not ascend")
    return left, right, counts
