"""Texts that were logged, read back from the event files."""

from math import prod
from typing import NamedTuple

from kymo.store.payloads import PayloadError, Place, read_payloads
from kymo.store.reader import RunReader
from kymo.store.value_message import value_message
from kymo.store.warning import UNREADABLE_PAYLOAD

_DT_STRING = 7


class Text(NamedTuple):
    """One logged text: a string, or a tensor of them.

    Attributes:
        step: Its step.
        wall_time: When it was logged, in seconds since the epoch.
        text: The strings, the last axis fastest. What is not valid UTF-8 in them is replaced by U+FFFD.
        shape: The tensor's shape: () for one string, (1,) as PyTorch logs it, (rows, columns) for a table.
        superseded: Whether a restart has replaced it.
    """

    step: int
    wall_time: float
    text: list[str]
    shape: tuple[int, ...]
    superseded: bool


def read_texts(reader: RunReader, tag: str, limit: int | None) -> list[Text]:
    """The newest texts of a tag, oldest first. One that cannot be read is left out, and is among the run's warnings."""
    payloads, files = reader.payloads(tag)
    total = len(payloads.steps)
    first = 0 if limit is None else max(0, total - limit)
    indexes = range(first, total)
    places = [
        Place(files[int(payloads.files[at])], int(payloads.offsets[at]), int(payloads.lengths[at])) for at in indexes
    ]
    texts = []
    for at, (place, content) in zip(indexes, read_payloads(places), strict=True):
        try:
            if isinstance(content, PayloadError):
                raise content
            strings, shape = decode_text(content)
        except PayloadError as error:
            cause = f"{error}, so the text {tag!r} at step {int(payloads.steps[at])} is left out."
            reader.report_payload(place.file, place.offset, UNREADABLE_PAYLOAD, cause)
            continue
        superseded = bool(payloads.superseded[at])
        texts.append(Text(int(payloads.steps[at]), float(payloads.wall_times[at]), strings, shape, superseded))
    return texts


def decode_text(content: bytes) -> tuple[list[str], tuple[int, ...]]:
    """The strings of a serialized Summary.Value, and their shape.

    Raises:
        PayloadError: It is not a value with a tensor of strings.
    """
    tensor = value_message(content).tensor
    if tensor.dtype != _DT_STRING:
        raise PayloadError(f"The payload is a tensor of data type {tensor.dtype} where strings are expected")
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    strings = [text.decode("utf-8", "replace") for text in tensor.string_val]
    count = prod(shape)
    if any(size < 0 for size in shape) or len(strings) not in (count, 1):
        raise PayloadError(f"The payload has {len(strings)} strings for a tensor of shape {shape}")
    if len(strings) != count:
        # One value stands for all of a tensor, so the shape must not be trusted with memory: it is not expanded.
        shape = (1,)
    return strings, shape
