"""Reading heavy payloads back from the event files, where they stay."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

# A record over this cannot have been written: protobuf ends at 2 GiB.
MAX_PAYLOAD_BYTES = (2 << 30) - 1


class Place(NamedTuple):
    """Where a payload lies: `length` bytes from `offset` on."""

    file: str
    offset: int
    length: int


class PayloadError(ValueError):
    """A payload is not where it was; the text says why."""


def read_payloads(places: Sequence[Place]) -> Iterator[tuple[Place, bytes | PayloadError]]:
    """Each place with its bytes, or with why they cannot be had; one file is open at a time."""
    with ExitStack() as stack:
        opened: str | None = None
        stream: BinaryIO | OSError = OSError()
        for place in places:
            if place.file != opened:
                stack.close()
                opened, stream = place.file, _open(place.file)
                if not isinstance(stream, OSError):
                    stack.enter_context(stream)
            yield place, _read(stream, place)


def _open(file: str) -> BinaryIO | OSError:
    try:
        return Path(file).open("rb", buffering=0)
    except OSError as error:
        return error


def _read(stream: BinaryIO | OSError, place: Place) -> bytes | PayloadError:
    if isinstance(stream, OSError):
        return PayloadError(f"The file cannot be opened ({stream.strerror})")
    if place.length > MAX_PAYLOAD_BYTES:
        return PayloadError(f"The payload's length, {place.length} bytes, is more than a record can hold")
    try:
        size = stream.seek(0, 2)
        if place.offset + place.length > size:
            return PayloadError(f"The file ends at byte {size}, before the payload does")
        stream.seek(place.offset)
        parts = []
        wanted = place.length
        # A raw read may return less than was asked for.
        while wanted and (part := stream.read(wanted)):
            parts.append(part)
            wanted -= len(part)
    except OSError as error:
        return PayloadError(f"The file cannot be read ({error.strerror})")
    if wanted:
        return PayloadError(f"The file ended {wanted} bytes before the payload did")
    return b"".join(parts)
