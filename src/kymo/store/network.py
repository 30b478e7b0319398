"""The structure of the network that a run trains, as the run has told it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kymo.store.payloads import PayloadError, Place, read_payloads
from kymo.store.texts import decode_text
from kymo.store.warning import UNREADABLE_PAYLOAD

if TYPE_CHECKING:
    from kymo.store.run import Run

_KIND = "network"
_MOST_LAYERS = 20_000
_MOST_BYTES = 8 << 20


class Parameter(NamedTuple):
    """A parameter of a layer.

    Attributes:
        name: Its full name: "features.0.weight".
        shape: Its shape.
        size: How many numbers it has.
        trainable: Whether it is trained.
    """

    name: str
    shape: tuple[int, ...]
    size: int
    trainable: bool


class Layer(NamedTuple):
    """A module without parts, or one that has parameters of its own.

    Attributes:
        name: Its full name; "" for the network itself.
        type: The name of its class.
        activation: "relu", "tanh", "sigmoid" and the like; "" where it is none.
        output_shape: The shape of what it gives, without the batch; None where that is not known.
        parameters: Its own.
        calls: How often a step calls it; 0 where that is not known.
    """

    name: str
    type: str
    activation: str
    output_shape: tuple[int, ...] | None
    parameters: tuple[Parameter, ...]
    calls: int


def read_network(run: Run) -> list[Layer]:
    """The layers of a run's network, in the order in which they are called; empty where the run does not tell.

    What cannot be read is among the run's warnings.
    """
    tag = next((info.tag for info in run.tags if info.kind == _KIND), None)
    if tag is None:
        return []
    payloads, files = run.reader.payloads(tag)
    last = len(payloads.steps) - 1
    if last < 0:
        return []
    place = Place(files[int(payloads.files[last])], int(payloads.offsets[last]), int(payloads.lengths[last]))
    try:
        if place.length > _MOST_BYTES:
            raise PayloadError(f"The network's description has {place.length} bytes, more than {_MOST_BYTES}")
        ((_, content),) = read_payloads([place])
        if isinstance(content, PayloadError):
            raise content
        strings, _ = decode_text(content)
        return _layers("".join(strings))
    except PayloadError as error:
        cause = f"{error}, so the layers of the network {tag!r} are not known."
        run.reader.report_payload(place.file, place.offset, UNREADABLE_PAYLOAD, cause)
        return []


def _layers(text: str) -> list[Layer]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"The network's description is not JSON ({str(error)[:200]})") from error
    layers = _field(given, "layers", list)
    if len(layers) > _MOST_LAYERS:
        raise PayloadError(f"The network's description has {len(layers)} layers, more than {_MOST_LAYERS}")
    return [_layer(each) for each in layers]


def _layer(given: Any) -> Layer:
    shape = _field(given, "output_shape", list, None)
    return Layer(
        _field(given, "name", str),
        _field(given, "type", str, ""),
        _field(given, "activation", str, ""),
        None if shape is None else _shape(shape),
        tuple(_parameter(each) for each in _field(given, "parameters", list, [])),
        _whole(_field(given, "calls", int, 0), "calls"),
    )


def _parameter(given: Any) -> Parameter:
    return Parameter(
        _field(given, "name", str),
        _shape(_field(given, "shape", list)),
        _whole(_field(given, "count", int), "count"),
        _field(given, "trainable", bool, True),
    )


def _shape(sizes: list[Any]) -> tuple[int, ...]:
    return tuple(_whole(size, "shape") for size in sizes)


_REQUIRED = object()


def _field(given: Any, name: str, kind: type, default: Any = _REQUIRED) -> Any:
    """What an object has under a name, which is of that very type (True is no number) or the default."""
    if type(given) is not dict:
        raise PayloadError(f"The network's description has {_shown(given)} where an object is expected")
    value = given.get(name, default)
    if value is _REQUIRED:
        raise PayloadError(f"The network's description has an object without {name!r}")
    if value is not default and type(value) is not kind:
        raise PayloadError(f"The network's description has {_shown(value)} for {name!r}")
    return value


def _whole(value: Any, name: str) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise PayloadError(f"The network's description has {_shown(value)} for {name!r}")
    return value


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return f"{value!r:.100}"
