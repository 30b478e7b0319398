"""What was measured of one setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from kymo.train.tuning.setting import Setting


class Round(NamedTuple):
    """One time that a setting was measured.

    Attributes:
        batches_per_second: How many batches were trained on in a second, once the first had come.
        start_seconds: From starting workers to the first batch.
        memory: What all workers have in memory beyond what they share, in bytes.
        batch_bytes: The tensors of a batch, in bytes.
        at_work: How much of their time workers, or this process, were at work, from 0 to 1.
    """

    batches_per_second: float
    start_seconds: float = 0.0
    memory: float = 0.0
    batch_bytes: int = 0
    at_work: float = 1.0


@dataclass
class Trial:
    """All rounds of one setting.

    Attributes:
        setting: The setting.
        rounds: What was measured, in order.
        problem: Why it was not measured, or not to the end; "" where it was.

    Example:
        >>> trial = Trial(Setting(2), [Round(90.0), Round(110.0)])
        >>> trial.batches_per_second, trial.error
        (100.0, 10.0)
    """

    setting: Setting
    rounds: list[Round] = field(default_factory=list)
    problem: str = ""

    @property
    def batches_per_second(self) -> float:
        """The mean of all rounds; 0 where there is none."""
        return sum(each.batches_per_second for each in self.rounds) / len(self.rounds) if self.rounds else 0.0

    @property
    def error(self) -> float:
        """How far apart the rounds are: half of what lies between the slowest and the fastest."""
        rates = [each.batches_per_second for each in self.rounds]
        return (max(rates) - min(rates)) / 2 if rates else 0.0

    @property
    def start_seconds(self) -> float:
        """Of the first round, in which code was read for the first time."""
        return self.rounds[0].start_seconds if self.rounds else 0.0

    @property
    def memory(self) -> float:
        """The most of all rounds, in bytes."""
        return max((each.memory for each in self.rounds), default=0.0)
