"""What a sensor is."""

from typing import Protocol


class Sensor(Protocol):
    """Something of the machine that can be read again and again."""

    def read(self, now: float) -> dict[str, float]:
        """Numbers by their series; those that are missing are left out.

        Args:
            now: Seconds, of a clock that only goes forward.
        """
        ...

    def close(self) -> None:
        """Lets go of what it has open."""
        ...
