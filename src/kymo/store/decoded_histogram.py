"""One histogram as it lies in an event file, decoded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kymo.store.payloads import PayloadError
from kymo.store.value_message import value_message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DT_FLOAT, _DT_DOUBLE = 1, 2
# TensorFlow writes the largest float64 where a bucket has no end.
_ENDLESS = 1e308


class DecodedHistogram(NamedTuple):
    """The bins that hold values, ascending, and what is told of the values.

    Attributes:
        left: The lower end of each bin; float64 of shape (n,).
        right: Its upper end; float64 of shape (n,).
        counts: How many values lie in it; float64 of shape (n,).
        figures: The number of finite values, the least, the greatest (both NaN where there is none), their sum, that of
            their squares, and how many more were NaN, infinite and negative infinite.
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
    filled = _filled(counts)
    if not len(filled):
        nothing = np.empty(0)
        return DecodedHistogram(nothing, nothing, nothing, _figures(message, nothing, nothing, nothing))
    # A bucket begins where the one before ends, which may be an empty one that is there for its limit alone.
    left, right, counts = limits[filled - 1], limits[filled], counts[filled]
    if filled[0] == 0 or left[0] <= -_ENDLESS:
        left[0] = min(message.min, right[0]) if math.isfinite(message.min) else right[0]
    if right[-1] >= _ENDLESS:
        right[-1] = max(message.max, left[-1]) if math.isfinite(message.max) else left[-1]
    _check_ends(left, right)
    return DecodedHistogram(left, right, counts, _figures(message, left, right, counts))


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
    left, right, counts = numbers.reshape(-1, 3).T
    filled = _filled(counts)
    left, right, counts = left[filled], right[filled], counts[filled]
    _check_ends(left, right)
    return DecodedHistogram(left, right, counts, (*_figures_of_bins(left, right, counts), 0.0, 0.0, 0.0))


def _filled(counts: Floats) -> NDArray[np.intp]:
    """Which bins hold values."""
    # A NaN among them makes the least one NaN.
    if len(counts) and not (counts.min() >= 0 and counts.sum() < math.inf):
        raise PayloadError("The histogram has counts that are negative or not finite")
    return np.flatnonzero(counts)


def _check_ends(left: Floats, right: Floats) -> None:
    if not len(left):
        return
    # No comparison holds for NaN. Counting what holds takes a fifth of the time of all().
    holding = np.count_nonzero(left <= right) + np.count_nonzero(right[:-1] <= left[1:])
    if holding == 2 * len(left) - 1 and math.isfinite(left[0]) and math.isfinite(right[-1]):
        return
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        raise PayloadError("The histogram has bins that do not end")
    raise PayloadError("The histogram has bins that do not ascend")


def _figures(
    message: Any, left: Floats, right: Floats, counts: Floats
) -> tuple[float, float, float, float, float, float, float, float]:
    """What the message tells; what it leaves out, or what is no finite number, is what its bins come to."""
    others = message.nan, message.positive_infinity, message.negative_infinity
    number, low, high, total, squares = message.num, message.min, message.max, message.sum, message.sum_squares
    told = number > 0 and low <= high and all(map(math.isfinite, (number, low, high, total, squares)))
    if not len(counts) or not told:
        number, low, high, total, squares = _figures_of_bins(left, right, counts)
    nan, positive, negative = (each if 0 < each < math.inf else 0.0 for each in others)
    return number, low, high, total, squares, nan, positive, negative


def _figures_of_bins(left: Floats, right: Floats, counts: Floats) -> tuple[float, float, float, float, float]:
    """Number, least, greatest, sum and sum of squares, if values lie evenly in their bins."""
    if not len(counts):
        return 0.0, math.nan, math.nan, 0.0, 0.0
    # The squares of what is near to the largest float64 are infinite.
    with np.errstate(over="ignore"):
        squares = float(counts @ ((left * left + left * right + right * right) / 3))
        return float(counts.sum()), float(left[0]), float(right[-1]), float(counts @ (left / 2 + right / 2)), squares
