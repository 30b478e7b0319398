"""What a sample of a network comes to, written to a run's log."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from kymo.probe.model import figures
from kymo.probe.model.counted import added_up
from kymo.probe.model.health_series import health_description, health_tag
from kymo.probe.model.unit_window import UnitWindow
from kymo.writer.histogram import Histogram, histogram_summary, without_gaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.probe.model.counted import Counts
    from kymo.probe.model.sample import Sample
    from kymo.writer.summary_writer import SummaryWriter

_OF_EACH = {"weights": "weight", "gradients": "grad", "activations": "activation"}


class SampleLog:
    """Writes samples: a histogram of each tensor, and all numbers about it as one event.

    Args:
        writer: Gives the run's writer.
        edges: What values were counted between.
    """

    def __init__(self, writer: Callable[[], SummaryWriter], edges: NDArray[np.float64]) -> None:
        self._writer = writer
        self._edges = edges
        self._described: set[str] = set()
        self._windows: dict[str, UnitWindow] = {}

    def write(self, sample: Sample, cost: float) -> None:
        """Writes a sample whose counts have all arrived.

        Args:
            sample: What was looked at.
            cost: The share of the training's time that looking took so far.
        """
        writer, now = self._writer(), time.time()
        file = writer._get_file_writer()
        counts = {key: added_up(calls) for key, calls in sample.counts.items() if calls}
        for (kind, name), counted in counts.items():
            histogram = without_gaps(Histogram.of(self._edges, counted))
            summary = histogram_summary(f"{kind}/{name}", histogram)
            file.append("add_summary", summary, sample.step, now)
        numbers = dict(self._numbers(counts, sample.norms))
        numbers |= dict(self._of_modules(sample))
        numbers[health_tag("cost")] = 100 * cost
        for tag in sorted(numbers.keys() - self._described):
            self._described.add(tag)
            writer.add_scalar(tag, numbers.pop(tag), sample.step, now, summary_description=health_description(tag))
        if numbers:
            file.append("add_scalars", list(numbers.items()), sample.step, now)

    def _numbers(
        self, counts: dict[tuple[str, str], Counts], norms: Mapping[str, float]
    ) -> Iterator[tuple[str, float]]:
        for (kind, name), counted in counts.items():
            if kind in _OF_EACH:
                yield from self._of_one(_OF_EACH[kind], name, counted)
        updates = {name: counted for (kind, name), counted in counts.items() if kind == "updates"}
        for name, update in updates.items():
            yield health_tag(name, "update_norm"), figures.norm(update)
            if norms.get(name):
                yield health_tag(name, "update_ratio"), figures.norm(update) / norms[name]
        gradients = [counted for (kind, _), counted in counts.items() if kind == "gradients"]
        if gradients:
            yield health_tag("grad_norm"), _norm(gradients)
        whole = math.hypot(*(norms[name] for name in updates if name in norms))
        if whole:
            yield health_tag("update_ratio"), _norm(updates.values()) / whole

    def _of_one(self, what: str, name: str, counted: Counts) -> Iterator[tuple[str, float]]:
        yield health_tag(name, f"{what}_norm"), figures.norm(counted)
        if counted.finite:
            yield health_tag(name, f"{what}_mean"), figures.mean(counted)
            yield health_tag(name, f"{what}_std"), figures.std(counted)
        yield health_tag(name, f"{what}_zeros"), figures.zeros(counted)
        yield health_tag(name, f"{what}_nonfinite"), figures.nonfinite(counted)
        if what == "grad":
            yield health_tag(name, "grad_fp16_underflow"), figures.fp16_underflow(counted, self._edges)
        if what != "weight":
            yield health_tag(name, f"{what}_fp16_overflow"), figures.fp16_overflow(counted, self._edges)

    def _of_modules(self, sample: Sample) -> Iterator[tuple[str, float]]:
        for name, given in sample.input_variances.items():
            made = sample.counts["activations", name]
            before, after = np.mean(given), np.mean([figures.std(counted) ** 2 for counted in made])
            if before > 0 and np.isfinite(before) and np.isfinite(after) and len(made) == len(given):
                yield health_tag(name, "activation_variance_ratio"), float(after / before)
        for name, calls in sample.units.items():
            window = self._windows.setdefault(name, UnitWindow())
            for _, units in calls:
                window.add(units)
            is_relu = calls[0][0] == "relu"
            share = window.never() if is_relu else window.mostly()
            if share is not None:
                yield health_tag(name, "dead_units" if is_relu else "saturated_units"), share


def _norm(counts: Iterable[Counts]) -> float:
    return math.sqrt(sum(each.sum_squares for each in counts))
