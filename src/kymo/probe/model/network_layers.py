"""The structure of a network, as viewers are told it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kymo.probe.model.activation import activation_of, function_kind

if TYPE_CHECKING:
    from torch import nn

NETWORK_TAG = "health/network"
_PLUGIN = "kymo_network"


def network_layers(
    model: nn.Module,
    calls: Mapping[str, int],
    shapes: Mapping[str, list[int]],
    functions: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The layers in the order in which they were called.

    Those that were not come last, in the order of their definition, but for parts of a layer that was.

    Args:
        model: The network.
        calls: How often each layer was called, by name, in the order of the first calls.
        shapes: The shape of what each gave, without the batch.
        functions: The activation functions that are no modules, by the names of their layers.

    Example:
        >>> import torch
        >>> model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU())
        >>> [(layer["name"], layer["type"], layer["calls"]) for layer in network_layers(model, {"1": 1}, {})]
        [('1', 'ReLU', 1), ('0', 'Linear', 0)]
    """
    told: set[int] = set()
    layers = {}
    for name, module in model.named_modules():
        own = [(each, parameter) for each, parameter in module.named_parameters(name, recurse=False)]
        own = [(each, parameter) for each, parameter in own if id(parameter) not in told]
        told.update(id(parameter) for _, parameter in own)
        if not own and any(True for _ in module.children()):
            continue
        shown = name or type(module).__name__
        layers[shown] = {
            "name": shown,
            "type": type(module).__name__,
            "activation": activation_of(module),
            "output_shape": shapes.get(shown),
            "parameters": [
                {
                    "name": each,
                    "shape": list(parameter.shape),
                    "count": parameter.numel(),
                    "trainable": parameter.requires_grad,
                }
                for each, parameter in own
            ],
            "calls": calls.get(shown, 0),
        }
    for name, function in (functions or {}).items():
        layers[name] = {
            "name": name,
            "type": function,
            "activation": function_kind(function),
            "output_shape": shapes.get(name),
            "parameters": [],
            "calls": calls.get(name, 0),
        }
    # A part that its layer makes use of without calling it, as attention does of its projection, comes with the layer.
    parts = [name for name in layers if name not in calls]
    order = [name for name in calls if name in layers]
    order = [name for layer in order for name in (layer, *(part for part in parts if _is_part(part, layer)))]
    return [layers[name] for name in dict.fromkeys((*order, *parts))]


def _is_part(name: str, layer: str) -> bool:
    return name.rpartition(".")[0] == layer


def network_summary(layers: list[dict[str, Any]]) -> bytes:
    """An encoded Summary that holds the structure."""
    from kymo.format.messages import Summary, SummaryMetadata, TensorProto, TensorShapeProto

    value = Summary.Value(
        tag=NETWORK_TAG,
        metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=_PLUGIN)),
        tensor=TensorProto(
            dtype="DT_STRING",
            string_val=[json.dumps({"layers": layers}).encode()],
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        ),
    )
    serialized: bytes = Summary(value=[value]).SerializeToString()
    return serialized
