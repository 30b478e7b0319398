"""What a run has told of the inside of its network."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kymo.store.network import Layer, Parameter, read_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Run

    Floats = NDArray[np.float64]

_MOST = 20_000  # samples, the newest
_RECENT = 0.25  # of the samples
_LEAST, _GREATEST = 8, 100  # samples that are recent


class Samples(NamedTuple):
    """A series, without what a restart has replaced.

    Attributes:
        steps: float64 of shape (n,).
        times: In seconds since the epoch; float64 of shape (n,).
        values: float64 of shape (n,).
    """

    steps: Floats
    times: Floats
    values: Floats

    @property
    def recent(self) -> Floats:
        """The newest quarter of the values, as far as it is neither very few nor very many."""
        return self.values[-int(np.clip(_RECENT * len(self.values), _LEAST, _GREATEST)) :]


class Inside:
    """The series `health/…` of a run, by what they are about, in the order in which its layers are called.

    Args:
        series: Of each name of a parameter or a module, its series by what they say; "" for the whole network.
        layers: The layers, as far as they are known.

    Attributes:
        layers: The layers.
        parameters: All of their parameters.
    """

    def __init__(self, series: dict[str, dict[str, Samples]], layers: list[Layer]) -> None:
        self._series = series
        self.layers = layers
        self.parameters: list[Parameter] = [each for layer in layers for each in layer.parameters]
        ordered = [name for layer in layers for name in (layer.name, *(each.name for each in layer.parameters))]
        self._names = [*(name for name in ordered if name in series), *(name for name in series if name not in ordered)]

    @classmethod
    def of(cls, run: Run) -> Inside:
        """That of a run."""
        series: defaultdict[str, dict[str, Samples]] = defaultdict(dict)
        for tag in run:
            if tag.startswith("health/"):
                name, _, what = tag.removeprefix("health/").rpartition("/")
                series[name][what] = samples_of(run, tag)
        return cls(dict(series), read_network(run) if series else [])

    @property
    def is_known(self) -> bool:
        """Whether the run tells anything of it."""
        return bool(self._series)

    def get(self, name: str, what: str) -> Samples | None:
        """A series; None where there is none."""
        found = self._series.get(name, {}).get(what)
        return found if found is not None and len(found.values) else None

    def each(self, what: str) -> dict[str, Samples]:
        """The series that say something, by name, in the order of the layers."""
        found = {name: self.get(name, what) for name in self._names if name}
        return {name: samples for name, samples in found.items() if samples is not None}

    def recent(self, what: str) -> dict[str, float]:
        """The medians of what they said lately."""
        return {name: median(samples.recent) for name, samples in self.each(what).items()}

    def matrices(self) -> list[str]:
        """The parameters that have two dimensions or more, in order: those that carry signals from layer to layer."""
        if self.parameters:
            return [each.name for each in self.parameters if len(each.shape) >= 2]
        return [name for name in self.each("grad_norm") if name.endswith("weight")]


def samples_of(run: Run, tag: str) -> Samples:
    """A series of a run."""
    points = run[tag].snapshot()
    holds = ~points.superseded[-_MOST:]
    columns = (points.steps, points.wall_times, points.values)
    return Samples(*(column[-_MOST:][holds].astype(np.float64) for column in columns))


def median(values: Floats) -> float:
    """Of those that are finite; NaN where none is."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else float("nan")
