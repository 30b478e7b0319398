"""The route that tells the layers of a network."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from kymo.server.models import plain
from kymo.server.network.models import LayerEntry, Network, ParameterEntry
from kymo.server.site import SiteOf
from kymo.store.network import Layer, read_network

router = APIRouter()


@router.get("/api/network")
def network(site: SiteOf, run: Annotated[str, Query(description="The run's name.")]) -> Network:
    """The layers of the network that a run trains, in the order in which they are called."""
    found = site.run(run)
    return Network(run=found.name, layers=[_entry(layer) for layer in read_network(found)])


def _entry(layer: Layer) -> LayerEntry:
    return LayerEntry(
        name=plain(layer.name),
        type=plain(layer.type),
        activation=plain(layer.activation),
        output_shape=None if layer.output_shape is None else list(layer.output_shape),
        parameters=[
            ParameterEntry(name=plain(each.name), shape=list(each.shape), count=each.size, trainable=each.trainable)
            for each in layer.parameters
        ],
        calls=layer.calls,
    )
