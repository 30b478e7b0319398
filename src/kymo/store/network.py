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
_MOST_BYTES = 32 << 20


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
        layers = json.loads(text)["layers"]
        return [_layer(each) for each in layers[:_MOST_LAYERS]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PayloadError(f"The network's description is not of the form that kymo writes ({error!r:.200})") from error


def _layer(given: dict[str, Any]) -> Layer:
    shape = given.get("output_shape")
    return Layer(
        str(given["name"]),
        str(given.get("type", "")),
        str(given.get("activation", "")),
        None if shape is None else _shape(shape),
        tuple(
            Parameter(str(each["name"]), _shape(each["shape"]), int(each["count"]), bool(each.get("trainable", True)))
            for each in given.get("parameters", [])
        ),
        int(given.get("calls", 0)),
    )


def _shape(sizes: list[Any]) -> tuple[int, ...]:
    return tuple(int(size) for size in sizes)
