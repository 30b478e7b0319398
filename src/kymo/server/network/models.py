"""What is told of the inside of a network: the models of its routes."""

from __future__ import annotations

from pydantic import Field

from kymo.server.charts.models import ArraySpan
from kymo.server.models import Model

MAX_COLUMNS = 1000


class HistogramsHeader(Model):
    """The JSON header of the binary answer; the arrays follow it."""

    version: int
    run: str
    tag: str
    total: int = Field(description="How many histograms of this tag there are, those that were replaced aside.")
    in_view: int = Field(description="How many of them have a step in the range and can be read.")
    arrays: dict[str, ArraySpan] = Field(
        description="Of each column, the oldest first: step, last_step, wall_time, merged (how many histograms it "
        "stands for), count, minimum, maximum, mean, deviation, nan, positive_infinity, negative_infinity; "
        "percentiles: nine of each column, one column after the other, at 0, 6.68, 15.87, 30.85, 50, 69.15, 84.13, "
        "93.32 and 100 %; offsets: where the bins of each column begin, and where the last one's end; of each bin, "
        "one column after the other: left, right and counts."
    )


class ParameterEntry(Model):
    """A parameter of a layer."""

    name: str
    shape: list[int]
    count: int = Field(description="How many numbers it has.")
    trainable: bool


class LayerEntry(Model):
    """A module without parts, or one that has parameters of its own."""

    name: str
    type: str = Field(description="The name of its class.")
    activation: str = Field(description='"relu", "tanh" and the like; "" where it is no activation.')
    output_shape: list[int] | None = Field(description="Without the batch; null where that is not known.")
    parameters: list[ParameterEntry]
    calls: int = Field(description="How often a step calls it; 0 where that is not known.")


class Network(Model):
    """The layers of a run's network, in the order in which they are called; none where the run does not tell."""

    run: str
    layers: list[LayerEntry]
