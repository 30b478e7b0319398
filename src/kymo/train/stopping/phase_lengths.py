"""How long epochs and validations take, as measured."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Literal

from kymo.train.stopping.stopwatch import Clock

Phase = Literal["epoch", "validation"]

_REMEMBERED = 3


class PhaseLengths:
    """Measures phases of a training, and tells how long the next one is to be expected to take.

    Expected is the longest of the last three: a budget that is overrun costs more than a stop one epoch early. The very
    first phase compiles, and reads from cold disks; it counts only until there is a second.

    Args:
        clock: Seconds from any origin.

    Example:
        >>> now = iter([0.0, 60.0, 60.0, 70.0, 70.0, 82.0])
        >>> lengths = PhaseLengths(lambda: next(now))
        >>> for _ in range(3):
        ...     lengths.begin("epoch")
        ...     lengths.end("epoch")
        ...     print(lengths.expected("epoch"))
        60.0
        10.0
        12.0
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: dict[Phase, float] = {}
        self._measured: dict[Phase, deque[float]] = {
            phase: deque(maxlen=_REMEMBERED) for phase in ("epoch", "validation")
        }
        self._ended: dict[Phase, int] = {"epoch": 0, "validation": 0}

    def begin(self, phase: Phase) -> None:
        """The phase begins; one that never ended is forgotten."""
        self._begun[phase] = self._clock()

    def end(self, phase: Phase) -> None:
        """The phase has ended; without effect if it had not begun."""
        if (begun := self._begun.pop(phase, None)) is None:
            return
        if self._ended[phase] == 1:
            self._measured[phase].clear()  # the very first one
        self._measured[phase].append(self._clock() - begun)
        self._ended[phase] += 1

    def leave_out(self, seconds: float) -> None:
        """Does not count so much of the phases that have begun."""
        self._begun = {phase: begun + seconds for phase, begun in self._begun.items()}

    def expected(self, phase: Phase) -> float | None:
        """Seconds that the next one is expected to take; None where none was measured."""
        return max(self._measured[phase], default=None)

    def state_dict(self) -> dict[str, Any]:
        """What was measured."""
        return {phase: {"ended": self._ended[phase], "seconds": list(self._measured[phase])} for phase in self._ended}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        for phase in self._ended:
            self._ended[phase] = state[phase]["ended"]
            self._measured[phase] = deque(state[phase]["seconds"], maxlen=_REMEMBERED)
