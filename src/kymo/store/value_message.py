"""Serialized values of event files as messages."""

from typing import Any

from kymo.store.payloads import PayloadError

_BYTES = 2  # a wire type
_HISTOGRAM, _TENSOR = 5, 8  # fields


def value_message(content: bytes) -> Any:
    """A serialized Summary.Value, whose names may be no UTF-8: protobuf would refuse it for them.

    Raises:
        PayloadError: It is no such message.
    """
    from google.protobuf.message import DecodeError

    from kymo.format import messages

    try:
        return messages.Summary.Value.FromString(content)
    except DecodeError:
        return _without_names(content)


def _without_names(content: bytes) -> Any:
    from google.protobuf.empty_pb2 import Empty
    from google.protobuf.message import DecodeError
    from google.protobuf.unknown_fields import UnknownFieldSet

    from kymo.format import messages

    try:
        fields: Any = UnknownFieldSet(Empty.FromString(content))
        value = messages.Summary.Value()
        for field in fields:
            if field.wire_type == _BYTES and field.field_number == _TENSOR:
                value.tensor.MergeFromString(field.data)
            elif field.wire_type == _BYTES and field.field_number == _HISTOGRAM:
                value.histo.MergeFromString(field.data)
        return value
    except DecodeError as error:
        raise PayloadError("The payload is not a Summary.Value") from error
