"""What the sensors of a run have told in one minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Recent:
    """The means of each series while steps were made, and the pauses between them.

    Args:
        means: Values by series.
        paused: How long each pause took, in seconds, by series.
        seconds: How long steps were made.

    Example:
        >>> recent = Recent({"pipeline/data_wait": 50.0}, paused={"pipeline/validation": [30.0]}, seconds=30.0)
        >>> recent["pipeline/data_wait"], recent.get("pipeline/copy")
        (50.0, None)
        >>> recent.share("data_wait"), recent.paused_share("pipeline/validation")
        (0.25, 0.5)
    """

    def __init__(
        self, means: Mapping[str, float], *, paused: Mapping[str, Sequence[float]] | None = None, seconds: float = 60.0
    ) -> None:
        self._means = means
        self._paused = paused or {}
        self._whole = seconds + sum(sum(took) for took in self._paused.values())
        self._stepping = seconds / self._whole

    def get(self, tag: str) -> float | None:
        """The mean of a series; None where it was not sampled."""
        return self._means.get(tag)

    def __getitem__(self, tag: str) -> float:
        return self._means[tag]

    def share(self, phase: str) -> float | None:
        """The share of all the time, pauses included, that a phase of the steps has, from 0 to 1; None: not known."""
        value = self._means.get(f"pipeline/{phase}")
        return None if value is None else value / 100 * self._stepping

    def pauses(self, tag: str) -> Sequence[float]:
        """How long each of some pauses took, in seconds."""
        return self._paused.get(tag, ())

    def paused_share(self, tag: str) -> float:
        """The share of all the time that some pauses took, from 0 to 1."""
        return sum(self.pauses(tag)) / self._whole

    def evidence(self, *tags: str) -> dict[str, float]:
        """Those of these series that were sampled."""
        return {tag: self._means[tag] for tag in tags if tag in self._means}

    def below(self, group: str) -> dict[str, float]:
        """The series of a group, by the rest of their names: of `"pipeline/transform/"` each transform's."""
        return {tag.removeprefix(group): value for tag, value in self._means.items() if tag.startswith(group)}

    def gpus(self) -> list[str]:
        """The GPUs that are known, by the beginning of their series: "device/gpu0"."""
        return sorted(
            tag.removesuffix("/utilization")
            for tag in self._means
            if tag.startswith("device/") and tag.endswith("/utilization")
        )
